#!/bin/sh
# Makes a tree of programs with all that they load, and nothing else: no shell, no package manager.
# It says which packages the files are of, as distroless images do, so that scans of the image know.
# usage: assemble.sh FOLDER FILE...; what is not there is left out
set -eu

root=$1
shift

note() {
  package=$1
  mkdir -p "$root/var/lib/dpkg/status.d" "$root/usr/share/doc/$package"
  dpkg-query --status "$package" > "$root/var/lib/dpkg/status.d/$package"
  cp "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/"
}

take() {
  file=$1
  cp --dereference --parents "$file" "$root"
  # What was not installed as a package has none.
  packages=$(dpkg-query --search "*/${file##*/}" 2>/dev/null | grep -F "${file#/lib/}" | sed 's/:.*//' | sort -u) || true
  for package in $packages; do
    note "$package"
  done
}

for each in "$@"; do
  [ -f "$each" ] || continue
  take "$each"
  for library in $(ldd "$each" 2>/dev/null | grep --only-matching '/[^ ]*'); do
    [ -e "$root$library" ] || take "$library"
  done
done

# The user has a name for whoever lists processes.
mkdir -p "$root/etc" "$root/tmp"
chmod 1777 "$root/tmp"
cp --dereference /etc/os-release "$root/etc/os-release"
echo 'app:x:10001:' > "$root/etc/group"
echo 'app:x:10001:10001::/nonexistent:/usr/sbin/nologin' > "$root/etc/passwd"
