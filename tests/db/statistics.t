#!/bin/sh
exec "$(dirname "$0")/../lib/pgtap" "${0%.t}.sql"
