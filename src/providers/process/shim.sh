# The resident helper of the process provider. Any POSIX sh: no bashisms, builtins only while an attempt runs.
#
#   sh shim.sh dispatch DIR BOOT_ID SHELL...   starts a runner for each name it reads, until its input ends
#   sh shim.sh run DIR BOOT_ID NAME            a runner: runs one attempt after another
#
# A runner leads a session of its own and takes task ids from the FIFO DIR/runners/NAME. Attempts are its foreground
# children: they share its process group, and no shell sets SIGINT aside for them as it does for a command with "&".
# A runner outlives the server. What it tells on the FIFO DIR/events is a hint; DIR/attempts/TASK_ID/record is the truth.

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
}

run() {
  dir=$1 boot=$2 name=$3
  # Attempts share the process group: what they send to all of it must not end the runner. In its children these
  # signals have their default action again.
  trap : HUP INT QUIT ALRM PIPE TERM USR1 USR2
  unset BATCHYARD_PROVIDER_DIR PWD OLDPWD SHLVL
  mkfifo "$dir/runners/$name" || exit
  # Both ends, so that neither side waits for the other and nobody reads an end of file.
  exec 3<>"$dir/runners/$name" 4<>"$dir/events"
  read -r self </proc/self/stat
  echo "ready $name $self" >&4
  while :; do
    # Fails when a signal comes: what was being read is lost, and the server sends it again.
    read -r task <&3 || continue
    attempt "$task" "$dir/attempts/$task"
  done
}

attempt() {
  # The claim: the shell makes the file only if it is not there, so an attempt begins once however often it is asked.
  set -C
  if ! { echo "$boot" && echo "$self" && times; } >"$2/record"; then
    set +C
    echo "refused $1" >&4
    return
  fi
  set +C
  (. "$2/start")
  code=$?
  # "start" writes "pid" as the last thing before the command itself.
  [ -s "$2/pid" ] && end=exit || end=failed
  # On a full disk the exit code is kept here until there is room.
  until { times && echo "$end $code"; } >>"$2/record"; do
    [ -d "$2" ] || return
    sleep 1
  done
  echo "ended $1" >&4
}

mode=$1
shift
"$mode" "$@"
exit
