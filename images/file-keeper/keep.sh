#!/bin/sh
# Copies what the host keeps in /store into the memory at /secrets, where the workload reads it, and stays: the memory
# is there as long as somebody holds it.
set -eu

check() {
  for file in /store/*; do
    [ ! -e "$file" ] || cmp -s "$file" "/secrets/${file##*/}" || exit 1
  done
}

keep() {
  umask 0377
  for file in /store/*; do
    [ -e "$file" ] || continue
    name=${file##*/}
    rm -f "/secrets/.$name"
    cp "$file" "/secrets/.$name"
    mv -f "/secrets/.$name" "/secrets/$name"
  done
  for file in /secrets/*; do
    [ -e "/store/${file##*/}" ] || rm -f "$file"
  done
  # The first process of a container ignores signals that it does not name.
  trap 'exit 0' TERM INT
  sleep infinity &
  wait $!
}

"$1"
