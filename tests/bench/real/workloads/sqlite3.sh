# SPDX-License-Identifier: MIT
about="sqlite3: tables, indexes, journals"
packages="sqlite3"
size=small
program() { exec "$@" sqlite3 tables -init "$work/tables.sql" .quit; }
