# The resident helper of the process provider. Any POSIX sh; builtins only while an attempt runs.
#
#   sh shim.sh dispatch DIR BOOT_ID SHELL...   starts a runner for each name it reads, until its input ends
#   sh shim.sh run DIR BOOT_ID NAME            a runner: runs one attempt after another
#
# A runner leads a session of its own and takes ids of runs from the FIFO "orders" of its folder DIR/runners/NAME. While it
# has an attempt it outlives the server. Attempts are its foreground children: they share its process group, and no
# shell sets SIGINT aside for them as it does for a command with "&". What a runner tells on the FIFO DIR/events is a
# hint; what stands in "record", which is only ever appended to, is the truth. See runner-record.ts for its lines.

dispatch() {
  dir=$1 boot=$2
  shift 2
  setsid -f true 2>/dev/null && forks=yes || forks=no
  while read -r name; do
    if [ "$forks" = yes ]; then
      setsid -f "$@" "$0" run "$dir" "$boot" "$name" </dev/null
    else
      (setsid "$@" "$0" run "$dir" "$boot" "$name" </dev/null &)
    fi
  done
  # The server is gone, whatever ended it: no runner stays for longer than its attempt. One that is only coming up
  # either has its FIFO open by now, or will find this file.
  # Nothing here waits for a FIFO, of which a job may have made or filled one.
  : 1<>"$dir/closed"
  for orders in "$dir"/runners/*/orders; do
    [ -p "$orders" ] && echo quit 1<>"$orders" &
  done
}

run() {
  dir=$1 boot=$2 name=$3
  # Attempts share the process group: what they send to all of it must not end the runner. In its children these
  # signals have their default action again.
  trap : HUP INT QUIT ALRM PIPE TERM USR1 USR2
  unset BATCHYARD_PROVIDER_DIR
  cd "$dir/runners/$name" && mkfifo orders secrets || exit
  # Both ends of the FIFOs, so that neither side waits for the other and nobody reads an end of file. The server gave
  # "events" as 3, which is opened anew: its own does not wait where the FIFO is full.
  exec 4<>/proc/self/fd/3 3<>orders 5>>record 6<>secrets
  [ -e "$dir/closed" ] && exit
  read -r self </proc/self/stat
  times >&5 && echo "runner $boot $self" >&5 || exit
  echo "ready $name $self" >&4
  while :; do
    # Fails when a signal comes: what was being read is lost, and the server asks again.
    read -r task <&3 || continue
    [ "$task" = quit ] && exit
    attempt "$task"
  done
}

attempt() {
  # First the claim, then the look at "start": a server that takes "start" away and finds no claim knows that the
  # attempt never begins. Without a claim, as on a full disk, it does not: the server gives it to another runner.
  echo "claim $1" >&5 || return
  (. ./start)
  code=$?
  read -r uptime idle </proc/uptime
  # On a full disk the exit code is kept here until there is room.
  until times >&5 && echo "end $1 $code $uptime" >&5; do
    [ -e record ] || exit
    sleep 1
  done
  echo "ended $1" >&4
}

mode=$1
shift
"$mode" "$@"
exit
