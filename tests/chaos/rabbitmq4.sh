#!/bin/bash
# RabbitMQ 4 beside the one of this machine: Debian trixie's, in a root of its own. Needs to be root, debootstrap and a mirror.
#   tests/chaos/rabbitmq4.sh /opt/rabbitmq4 && RABBITMQ_SERVER=/opt/rabbitmq4/rabbitmq-server make chaos FAST=1
# Its folder is mounted into this checkout's place and /tmp: state lies where the tests look for it. `rabbitmq4.sh FOLDER remove` takes all back.
set -euo pipefail
folder=${1:?a folder to put it in}
root=$folder/root
shared=("$(git -C "$(dirname "$0")" rev-parse --show-toplevel)" /tmp /proc /dev)

if [ "${2:-}" = remove ]; then
    for place in "${shared[@]}"; do umount "$root$place" 2>/dev/null || true; done
    if grep -q " $root/" /proc/mounts; then echo "something is still mounted below $root" >&2; exit 1; fi
    rm -rf "$folder"
    exit
fi

mkdir -p "$folder"
[ -x "$root/usr/lib/rabbitmq/bin/rabbitmq-server" ] || debootstrap --variant=minbase --include=rabbitmq-server trixie "$root"
for place in "${shared[@]}"; do
    mkdir -p "$root$place"
    mountpoint -q "$root$place" || mount --bind "$place" "$root$place"
done
for program in rabbitmq-server rabbitmqctl; do
    printf '#!/bin/sh\nexec chroot %s /usr/lib/rabbitmq/bin/%s "$@"\n' "$root" "$program" > "$folder/$program"
    chmod +x "$folder/$program"
done
