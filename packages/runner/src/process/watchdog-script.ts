/**
 * A `sh` script that outlives us. It reads lines until the end of its input, which comes when we are gone, however
 * that happened (`kill -9` included): `+<pid>` and `-<pid>` for process groups that started and ended, `d<path>` for
 * our directory of pipes, `q` for an orderly end. Without `q` it ends every group still on its list, and on Linux
 * whatever else carries our marker ($1) in its environment; twice, as what is being killed may have started something.
 */
export const WATCHDOG_SCRIPT = `
trap '' HUP INT TERM QUIT
list=' '
directory=
orderly=
while read -r line; do
  id=\${line#?}
  case $line in
    +*) list="$list$id " ;;
    -*) case $list in *" $id "*) list="\${list%% $id *} \${list#* $id }" ;; esac ;;
    d*) directory=$id ;;
    q) orderly=1; break ;;
  esac
done
case $directory in */tr-pipes-*) rm -rf "$directory" ;; esac
[ -n "$orderly" ] && exit 0
alive() {
  for group in $list; do kill -0 -- "-$group" 2>/dev/null && return 0; done
  return 1
}
marked() {
  for file in $(grep -lF -e "$1" /proc/[0-9]*/environ 2>/dev/null); do
    id=\${file#/proc/}
    echo "\${id%/environ}"
  done
}
for group in $list; do kill -TERM -- "-$group" 2>/dev/null; done
for id in $(marked "$1"); do kill -TERM "$id" 2>/dev/null; done
for wait in 1 2 3 4 5 6 7 8 9 10; do
  alive || break
  sleep 0.1
done
for round in 1 2; do
  for group in $list; do kill -KILL -- "-$group" 2>/dev/null; done
  for id in $(marked "$1"); do kill -KILL "$id" 2>/dev/null; done
done
`;
