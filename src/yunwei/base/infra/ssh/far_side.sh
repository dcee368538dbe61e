# What a machine that is reached over SSH is told to do: the same text for every task. It reads the
# task from its input, runs it in a session of its own, and ends it with all that it started as soon
# as its input ends: that is how a task is called off, and what a lost connection comes to.
# The input: one line, then a file for this shell. It writes the script into a file, makes a function
# give_parameters, and says at its very end that it is whole.
# No single quote may stand in here: the whole text travels between two of them.
umask 077
say() { echo "yw1 $*" >&2; }
read -r form size seconds language mark || exit 1
[ "$form" = yw1 ] || exit 1
command -v setsid >/dev/null || { say refused no_setsid; exit 1; }
case "$language" in
shell) run="/bin/sh" ;;
python) run="$(command -v python3) -I" || { say refused no_python; exit 1; } ;;
powershell) run="$(command -v pwsh) -NoProfile -NonInteractive -File" ||
  { say refused no_powershell; exit 1; } ;;
*) say refused "no_$language"; exit 1 ;;
esac
place="$(mktemp -d "${TMPDIR:-/tmp}/yunwei.XXXXXXXX")" || { say refused no_place; exit 1; }
trap "" HUP PIPE
trap "rm -rf \"$place\"" EXIT
cd "$place" || exit 1
head -c "$size" >given
whole=no
. ./given
: >given
[ "$whole" = yes ] || { say refused cut_short; exit 1; }
exec 3<&0
(
  trap - HUP PIPE
  give_parameters
  export YW_TASK_ID="$mark" PYTHONUNBUFFERED=1
  exec setsid $run "$place/$script"
) </dev/null 2>&1 3<&- &
first=$!
kill_all() {
  for round in 1 2 3; do
    kill -KILL "-$first" 2>/dev/null
    for file in /proc/[0-9]*/environ; do
      if grep -qs "YW_TASK_ID=$mark" "$file"; then
        process="${file#/proc/}"
        kill -KILL "${process%/environ}" 2>/dev/null
      fi
    done
  done
}
(read -r nothing <&3; : >called_off; kill_all) </dev/null >/dev/null 2>&1 &
hears=$!
(trap "kill \$sleeps; exit" TERM; sleep "$seconds" & sleeps=$!; wait $sleeps
  : >called_off; kill_all) </dev/null >/dev/null 2>&1 3<&- &
counts=$!
exec 3<&-
say began "$first"
wait "$first"
code=$?
# who called it off may not have found everything yet
[ -e called_off ] && kill_all
kill "$hears" "$counts" 2>/dev/null
say ended "$code"
