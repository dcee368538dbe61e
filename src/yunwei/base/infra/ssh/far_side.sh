# What a machine that is reached over SSH is told to do: the same text for every task. It reads one
# task after the other from its input and runs each in a session of its own. As soon as its input
# ends, what runs is ended with all that it started: that is how a task is called off, and what a
# lost connection comes to.
# The input: "yw1 here" asks whether somebody listens. "yw1 run" and its words begin a task; then
# comes, as one line or as so many bytes, text for this shell. It writes the script into a file, makes
# a function give_parameters, and says at its very end that it is whole.
# What a task prints goes through a pipe of its own: whatever it leaves behind can not print into what
# the next one prints. After its last byte stands the word that the task came with.
# No single quote may stand in here: the whole text travels between two of them.
umask 077
say() { echo "yw1 $*" >&2; }
refuse() { say refused "$1"; exit 1; }
exec 3<&0
place="" number=0 first="" watches=""
trap "" HUP PIPE
trap "exit 1" TERM
kill_all() {
  for round in 1 2 3; do
    [ -z "$first" ] || kill -KILL "-$first" "$first" 2>/dev/null
    for file in /proc/[0-9]*/environ; do
      if grep -qs "YW_TASK_ID=$mark" "$file"; then
        process="${file#/proc/}"
        kill -KILL "${process%/environ}" 2>/dev/null
      fi
    done
  done
}
look_around() {
  trap "kill \$sleeps; exit" TERM
  spent=0 before=""
  while kill -0 "$$"; do
    sleep 15 & sleeps=$!
    wait "$sleeps"
    read -r mark seconds number first <"$place/task" || mark=""
    [ "$mark" = "$before" ] && spent=$((spent + 15)) || spent=0
    before="$mark"
    if [ -n "$mark" ] && [ "$spent" -gt "$seconds" ]; then
      : >"$place/called-$number"
      kill_all
    fi
  done
}
listen() {
  read -r nothing <&3
  read -r nothing nothing nothing first <"$place/task"
  if [ ! -e "$place/ended-$number" ]; then
    : >"$place/called-$number"
    kill_all
  fi
  sleep 1
  trap "" TERM
  kill -TERM 0
}
settle() {
  place="$(mktemp -d "${TMPDIR:-/tmp}/yunwei.XXXXXXXX")" || refuse no_place
  trap "rm -rf \"$place\"; kill \$watches" EXIT
  : >"$place/task"
  look_around </dev/null >/dev/null 2>&1 3<&- &
  watches=$!
}
clear_home() {
  cd "$place" || exit 1
  for each in home/* home/.[!.]* home/..?*; do
    if [ -e "$each" ] || [ -h "$each" ]; then rm -rf home; fi
  done
  [ -d home ] || mkdir home || refuse no_place
}
take_text() {
  whole=no
  if [ "$size" = 0 ]; then
    IFS= read -r text <&3 || exit 1
    eval "$text"
    text=""
  else
    head -c "$size" <&3 >given
    . ./given
    : >given
  fi
  [ "$whole" = yes ] || refuse cut_short
}
run_script() {
  (
    trap - HUP PIPE TERM
    cd home || exit 1
    give_parameters
    export YW_TASK_ID="$mark" PYTHONUNBUFFERED=1
    exec setsid $run "$place/$script"
  ) </dev/null 2>&1 3<&- &
  first=$!
  echo "$mark $seconds $number $first" >"$place/task"
  say began "$first"
  # whoever called it off before may have found nothing yet
  [ -e "$place/called-$number" ] && kill_all
  wait "$first"
  code=$?
  : >"$place/ended-$number"
  # nor everything
  [ -e "$place/called-$number" ] && kill_all
  say ended "$code"
}
while read -r form word size seconds language mark close <&3; do
  [ "$form" = yw1 ] || exit 1
  if [ "$word" = here ]; then
    say here
    continue
  fi
  command -v setsid >/dev/null || refuse no_setsid
  case "$language" in
  shell) run="/bin/sh" ;;
  python) run="$(command -v python3) -I" || refuse no_python ;;
  powershell) run="$(command -v pwsh) -NoProfile -NonInteractive -File" || refuse no_powershell ;;
  *) refuse "no_$language" ;;
  esac
  [ -n "$place" ] || settle
  clear_home
  number=$((number + 1)) script="script-$number"
  take_text
  listen </dev/null >/dev/null 2>&1 &
  hears=$!
  run_script | cat
  # a gentler signal may be lost on who has only just been begun
  kill -KILL "$hears" 2>/dev/null
  wait "$hears" 2>/dev/null
  : >"$place/task"
  unset -f give_parameters
  echo "$close"
done
