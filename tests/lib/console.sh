# The console from a shell test, over HTTP with a cookie jar; sourced.
#
# console_url and console_jar are set by the caller.
#
# console_get PATH             the page's body
# console_post PATH NAME=VALUE...   posts with the CSRF token that PATH's page
#                              (or console_form) holds; prints status and,
#                              after a blank, where it redirects to
# console_login NAME PASSWORD  signed out first; true when that led to a session

console_get() {
    curl -sS --max-time 30 -b "$console_jar" -c "$console_jar" "$console_url$1"
}

# The hidden token in the page at $1.
console_csrf() {
    console_get "$1" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' |
        head -n 1
}

console_post() {
    local path=$1 args=() pair token
    shift
    token=$(console_csrf "${console_form:-$path}")
    for pair in "csrf=$token" "$@"; do
        args+=(--data-urlencode "$pair")
    done
    curl -sS --max-time 30 -b "$console_jar" -c "$console_jar" -o /dev/null \
        -w '%{http_code} %{redirect_url}' "${args[@]}" "$console_url$path"
}

console_login() {
    local answer
    rm -f "$console_jar"
    answer=$(console_post /login "name=$1" "password=$2" next=/)
    case $answer in 303*login*) return 1 ;; 303*) return 0 ;; *) return 1 ;; esac
}
