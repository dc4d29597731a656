# shellcheck shell=bash
# The demo's output: titles, the daemon's own log lines as they come, a progress bar, and the checks.

if [ -t 1 ]; then
    bold=$'\e[1m' faint=$'\e[2m' good=$'\e[32m' bad=$'\e[31m' plain=$'\e[0m' over=$'\r\e[K'
else
    bold='' faint='' good='' bad='' plain='' over=''
fi
width=24

title() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

# A text with its arguments.
say() {
    # shellcheck disable=SC2059
    printf "  $1\n" "${@:2}"
}

command_shown() {
    printf '  %s$ %s%s\n' "$faint" "$*" "$plain"
    decoded "$("$@")" | sed 's/^/    /'
    echo
}

# Prints what was expected; ends the demo if it is not met.
expect() {
    local what=$1
    shift
    if "$@" > "$place/expected" 2>&1; then
        printf '  %s✔%s %s\n' "$good" "$plain" "$what"
        return
    fi
    printf '  %s✘ %s%s\n' "$bad" "$what" "$plain"
    cat "$place/expected"
    failed_at "${BASH_LINENO[0]}"
}

failed_at() {
    trap - ERR
    printf '\n%s%s%s\n' "$bad" "$T_failed (scenes.sh:$1)" "$plain"
    tail --lines=20 "$place/daemon.log" 2> /dev/null || true
    exit 1
}

size_of() {
    human "$(du --total --apparent-size --block-size=1 "$@" | tail -n 1 | cut --fields=1)"
}

# Bytes as people read them: "3.1 GB".
human() {
    local text
    text=$(numfmt --to=si --round=nearest --format=%.1f "$1")
    case $text in
        *[KMGT]) text="${text::-1} ${text: -1}B" ;;
        *) text="${text%.0} B" ;;
    esac
    [ "$language" = en ] || text=${text/./,}
    echo "$text"
}

# busctl prints non-ASCII characters as octal numbers.
decoded() {
    # shellcheck disable=SC2059
    printf "${1//%/%%}"
}

# Follows a run to its end: each line of the text log as it is written, and the progress beneath it.
watch_run() {
    local number=$1 shown deadline=$((SECONDS + 150)) seen=-1
    shown=$(wc --lines < "$log")
    while :; do
        [ $SECONDS -lt $deadline ] || failed_at "${BASH_LINENO[0]}"
        read_progress
        show_new_lines
        [ "$finished" -lt "$number" ] || break
        show_bar
        sleep 0.25
    done
    printf '%s' "$over"
}

# One call for everything that the bar shows. Sets state, done, total, rate, left, file, finished.
read_progress() {
    local lines
    mapfile -t lines < <(property State BytesDone BytesTotal BytesPerSecond SecondsLeft CurrentFile)
    state=${lines[0]#s } state=${state//\"/}
    done=${lines[1]#t } total=${lines[2]#t } rate=${lines[3]#t } left=${lines[4]#t }
    file=${lines[5]#s \"} file=$(decoded "${file%\"}")
    finished=$(of_runs result | wc --lines)
    [ "$state" = idle ] || finished=-1
}

show_new_lines() {
    local now
    now=$(wc --lines < "$log")
    [ "$now" -gt "$shown" ] || return 0
    printf '%s' "$over"
    sed --quiet "$((shown + 1)),${now}s/^/  /p" "$log"
    shown=$now
}

# On a terminal one line that changes, elsewhere one line per second.
show_bar() {
    local filled
    [ "$state" = copying ] && [ "$total" -gt 0 ] || return 0
    [ -n "$over" ] || [ "$seen" != "$SECONDS" ] || return 0
    seen=$SECONDS
    filled=$((done * width / total))
    printf '%s  [%s%s] %3d %%  ' "$over" "$(repeat █ $filled)" "$(repeat ░ $((width - filled)))" $((done * 100 / total))
    # shellcheck disable=SC2059
    printf "$T_bar" "$(human "$done")" "$(human "$total")" "$(human "$rate")" "$(time_left)" "$(end_of "$file")"
    [ -n "$over" ] || echo
}

end_of() {
    if [ ${#1} -le 40 ]; then echo "$1"; else echo "…${1: -39}"; fi
}

repeat() {
    local count=$2 text=''
    while ((count-- > 0)); do text+=$1; done
    echo "$text"
}

time_left() {
    if [ "$left" = 0 ]; then echo "--:--"; else printf '%d:%02d\n' $((left / 60)) $((left % 60)); fi
}

# As decoded by an independent parser.
show_mails() {
    /usr/bin/python3 - "$place"/mail/0*.eml << 'END'
import email, email.policy, sys

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        mail = email.message_from_binary_file(file, policy=email.policy.default)
    for name in "Subject", "From", "To":
        print(f"    {name}: {mail[name]}")
    attached = ", ".join(part.get_filename() for part in mail.iter_attachments())
    print("    Attachments:", attached or "–")
    print("\n    " + "    ".join(mail.get_body().get_content().splitlines(keepends=True)))
END
}

show_history() {
    local key row values_of
    local -A values=()
    for key in run label result files bytes-done deletions; do
        mapfile -t values_of < <(of_runs "$key")
        for row in "${!values_of[@]}"; do values[$key,$row]=${values_of[$row]}; done
    done
    # shellcheck disable=SC2059
    printf "$T_columns\n"
    for row in 1 0; do
        # shellcheck disable=SC2059
        printf "$T_row\n" "${values[run,$row]}" "${values[label,$row]}" "${values[result,$row]}" "${values[files,$row]}" \
            "$(human "${values[bytes-done,$row]}")" "${values[deletions,$row]}"
    done
}
