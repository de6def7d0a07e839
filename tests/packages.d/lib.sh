# What both halves share: checks that name themselves, and what a place must look like.

failed=0
is() { # is WHAT GOT WANTED
    if [ "$2" = "$3" ]; then
        echo "ok   $1"
    else
        echo "FAIL $1: is \"$2\", not \"$3\""
        failed=$((failed + 1))
    fi
}
says() { # says WHAT TEXT PART
    case "$2" in
    *"$3"*) echo "ok   $1" ;;
    *)
        echo "FAIL $1: no \"$3\" in:"
        echo "$2" | tail -n 15
        failed=$((failed + 1))
        ;;
    esac
}
mode() { stat -c '%U:%G %a' "$1" 2>/dev/null || echo absent; }
as() { # as USER COMMAND…
    runuser -u "$1" -- sh -c "$2" 2>&1
}
there() { if [ -e "$1" ] || [ -L "$1" ]; then echo yes; else echo no; fi; }
running() { # the processes of the program
    for process in /proc/[0-9]*; do
        case "$(readlink "$process/exe")" in /usr/bin/budgetd*) echo "${process#/proc/}" ;; esac
    done
}
installed() { dpkg -i "/tests/$1" 2>&1 || echo "dpkg ended with $?"; }
purged() { dpkg --purge budgetd 2>&1 || echo "dpkg ended with $?"; }

folders() { # folders NAME: the places of one service and who may do what there
    is "$1: the base is passed through" "$(mode "/var/lib/$1")" "budgetd:budgetd 755"
    is "$1: senders write the inbox" "$(mode "/var/lib/$1/inbox")" "budgetd:budgetd-inbox 2770"
    is "$1: managers read the outbox" "$(mode "/var/lib/$1/outbox")" "budgetd:budgetd-outbox 2750"
    is "$1: auditors read originals" "$(mode "/var/lib/$1/archive")" "budgetd:budgetd 750"
    is "$1: the state is private" "$(mode "/var/lib/$1/state")" "budgetd:budgetd 700"
    is "$1: the key is private" "$(mode "/var/lib/$1/state/keys/signing_key")" "budgetd:budgetd 600"
    is "$1: operators read logs" "$(mode "/var/log/$1")" "budgetd:budgetd 750"
}

days() { # days FIRST LAST: a file of the days that many days ago
    echo "date,channel,spend,impressions,clicks,conversions,revenue"
    for ago in $(seq "$1" -1 "$2"); do
        day=$(date -u -d "$ago days ago" +%F)
        for channel in "Google Ads" Email "Meta Ads" Affiliate; do
            echo "$day,$channel,20000,1000,100,9,36000.50"
        done
    done
}

what_is_left() { # everything of ours outside records and the package's own lists
    find / -xdev \( -path /proc -o -path /sys -o -path /tests -o -path /var/log/journal \
        -o -path /run/log -o -path '/var/lib/budgetd-records-*' -o -path /var/cache/apt \
        -o -path /home \) -prune -o -name '*budgetd*' -print 2>/dev/null | sort
}

end() {
    [ "$failed" -eq 0 ] || { echo "$failed failed"; exit 1; }
    echo "all held"
}
