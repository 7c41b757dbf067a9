/* The words of headers, in the languages that our users' brokers write. */
#include "core/recognise_own.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Letters of U+00C0 to U+00FF and U+0100 to U+017F without their accents. */
static const char latin1[] = "aaaaaaaceeeeiiiidnooooo*ouuuuyts"
                             "aaaaaaaceeeeiiiidnooooo/ouuuuyty";
static const char latin_a[] = "aaaaaaccccccccddddeeeeeeeeeegggg"
                              "gggghhhhiiiiiiiiiiiijjkkklllllll"
                              "lllnnnnnnnnnoooooooorrrrrrssssss"
                              "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";

static char
fold_pair(unsigned char first, unsigned char second)
{
    unsigned c = (first & 0x1FU) << 6 | (second & 0x3FU);
    if (c >= 0xC0 && c <= 0xFF)
        return latin1[c - 0xC0];
    if (c >= 0x100 && c <= 0x17F)
        return latin_a[c - 0x100];
    return '\0';
}

void
word_fold(const char *text, size_t len, char out[WORD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < len && n < WORD_MAX - 1; i++) {
        unsigned char c = (unsigned char)text[i];
        char folded = '\0';
        if (c < 0x80)
            folded = (char)(isalnum(c) ? tolower(c) : '\0');
        else if (c >= 0xC3 && c <= 0xC5 && i + 1 < len)
            folded = fold_pair(c, (unsigned char)text[++i]);
        if (isalnum((unsigned char)folded))
            out[n++] = folded;
    }
    out[n] = '\0';
}

static const struct {
    enum role role;
    const char *words; /* with a blank before and behind each */
} dictionary[] = {
    {ROLE_TIME,
     " date time timestamp datetime ts t day unix unixtime unixtimestamp epoch "
     "opentime tradedate tradingday tradingdate observationdate filingdate "
     "period pricedate asof localtime timestampms timestamputc dateutc "
     "datum zeit zeitstempel zeitpunkt handelstag tag fecha dia hora data "
     "giorno tarih zaman gun jour horodatage datahora datetimeutc czas "
     "starttime begintime candletime barstart dt quando "},
    {ROLE_OPEN,
     " open opening openprice openingprice priceopen o first pxopen openpx "
     "eroffnung eroffnungskurs eroffn eroffnungspreis erster erste apertura "
     "precioapertura ouverture ouv abertura acilis acilisfiyati otwarcie "
     "openbid opening "},
    {ROLE_HIGH,
     " high highest highprice pricehigh hi h max maximum pxhigh hoch "
     "hochst tageshoch hochstkurs maximo maxima massimo haut plushaut "
     "yuksek enyuksek najwyzszy alto highbid "},
    {ROLE_LOW, " low lowest lowprice pricelow lo l min minimum pxlow tief "
               "tageshochtief tagestief tiefstkurs minimo minima bas plusbas "
               "dusuk endusuk najnizszy bajo baixo tiefst lowbid "},
    {ROLE_CLOSE,
     " close closing closeprice closingprice priceclose closelast c last "
     "lastprice price value rate settle settlement settlementprice spot mid "
     "pxlast pxclose nav level schluss schlusskurs schlusspreis kurs preis "
     "zuletzt wert letzter cierre ultimo precio precocierre valor cloture "
     "dernier cours prix valeur fechamento preco kapanis kapanisfiyati simdi "
     "fiyat deger zamkniecie cena wartosc chiusura prezzo valore closebid "
     "marketprice unitprice fixing "},
    {ROLE_VOLUME,
     " volume vol v volumen umsatz stuck stuecke stucke handelsvolumen "
     "volume24h basevolume volumebase amount qty quantity size shares "
     "tradedvolume totalvolume hacim hac islemhacmi miktar wolumen wol "
     "quantite volumes cantidad quantidade quantita volbase menge anzahl "},
    {ROLE_ADJUSTED, " adjclose adjustedclose closeadjusted closeadj adjprice "
                    "adjustedprice adjclosing closeunadj "},
    {ROLE_SYMBOL, " symbol ticker instrument pair code asset coin security "
                  "isin wkn stock sembol hisse ric market product "
                  "instrumentname "},
    {ROLE_ID, " id tradeid aggtradeid trade dealid "},
    {ROLE_SIDE, " side isbuyermaker takerside buysell aggressor direction "
                "takerorderside "},
    {ROLE_IGNORED,
     " closetime endtime quotevolume quoteassetvolume openinterest openint "
     "count trades numberoftrades tradecount vwap change changepct returns "
     "changepercent takerbuyvolume takerbuyquotevolume ignore dividends "
     "dividend stocksplits split splitcoefficient dividendamount currency "
     "exchange year month weekday hour minute marketcap marketcapitalization "
     "turnover number index row unnamed unnamed0 accession per bid ask "
     "volumeusd lastupdated source note comment cost fee "},
};

static enum role
lookup(const char *word)
{
    char wanted[WORD_MAX + 2];
    snprintf(wanted, sizeof wanted, " %s ", word);
    for (size_t i = 0; word[0] != '\0' && i < COUNT_OF(dictionary); i++)
        if (strstr(dictionary[i].words, wanted) != NULL)
            return dictionary[i].role;
    return ROLE_UNKNOWN;
}

/* Where the word that begins at s ends: at a sign, or before a capital that
 * follows a small letter. */
static size_t
word_length(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0') {
        unsigned char c = (unsigned char)s[n];
        bool is_letter = isalnum(c) || c >= 0x80;
        if (!is_letter ||
            (n > 0 && isupper(c) && islower((unsigned char)s[n - 1])))
            break;
        n++;
    }
    return n;
}

/* Of the words of a longer name the last counts most: "btc close price" is a
 * price, but so is "close_btc": what is no plain value comes first. */
static enum role
lookup_parts(const char *name)
{
    enum role found = ROLE_UNKNOWN;
    for (const char *s = name; *s != '\0';) {
        char word[WORD_MAX];
        size_t n = word_length(s);
        word_fold(s, n, word);
        enum role role = strlen(word) > 1 ? lookup(word) : ROLE_UNKNOWN;
        if (role == ROLE_ADJUSTED || strcmp(word, "adj") == 0 ||
            strcmp(word, "adjusted") == 0)
            return ROLE_ADJUSTED;
        if (role >= ROLE_OPEN && role <= ROLE_LOW)
            return role;
        if (role != ROLE_UNKNOWN && role != ROLE_IGNORED)
            found = role;
        s += n > 0 ? n : 1;
    }
    return found;
}

enum role
word_role(const char *name, int *strength)
{
    char folded[WORD_MAX];
    word_fold(name, strlen(name), folded);
    enum role role = lookup(folded);
    *strength = 2;
    if (role == ROLE_UNKNOWN) {
        *strength = 1;
        role = lookup_parts(name);
    }
    return role;
}

const char *
role_name(enum role role)
{
    static const char *const names[] = {
        [ROLE_TIME] = "time",     [ROLE_CLOCK] = "clock",
        [ROLE_SYMBOL] = "symbol", [ROLE_ID] = "id",
        [ROLE_FLAG] = "flag",     [ROLE_OPEN] = "open",
        [ROLE_HIGH] = "high",     [ROLE_LOW] = "low",
        [ROLE_CLOSE] = "close",   [ROLE_VOLUME] = "volume"};
    return names[role];
}
