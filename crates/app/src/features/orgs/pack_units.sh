#!/bin/sh
# Makes vietnam.csv.zst out of a folder with units.csv and successions.csv (columns as features::orgs::source
# reads them): coordinates to four decimals (11 m), rows in the order of their parents so that they compress
# well, the two tables joined by an empty line.
#
#   ./pack_units.sh FOLDER > vietnam.csv.zst
set -eu
export LC_ALL=C
{
    head -n 1 "$1/units.csv"
    tail -n +2 "$1/units.csv" | awk -F, -v OFS=, '
        { for (i = 7; i <= 8; i++) if ($i != "") $i = sprintf("%.4f", $i); print }' | sort -t, -k1,1 -k6,6 -k2,2
    echo
    head -n 1 "$1/successions.csv"
    tail -n +2 "$1/successions.csv" | sort -t, -k3,3 -k2,2
} | zstd --ultra -22 -q -c
