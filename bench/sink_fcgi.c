/* The least that a FastCGI program in C can do with an upload: reads it to its
 * end and answers. What bench/upload.sh measures the console against. */
#include <fcgiapp.h>

int
main(void)
{
    FCGX_Request request;
    char block[1 << 16];
    if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
        return 1;
    while (FCGX_Accept_r(&request) == 0) {
        while (FCGX_GetStr(block, sizeof block, request.in) > 0)
            continue;
        FCGX_PutS("Status: 201 Created\r\nContent-Type: text/plain\r\n\r\nok\n",
                  request.out);
        FCGX_Finish_r(&request);
    }
    return 0;
}
