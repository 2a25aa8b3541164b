#!/bin/sh
# Unpacks packages of a Debian release, with all that they depend on, below a folder: the tree of an image that has no
# package manager, and no shell unless a package wants one. Usage: unpack-debian SUITE FOLDER PACKAGE…
#
# Whatever the release has today: Debian changes it for the sake of security only, and keeps no older version. No
# package's scripts are run. `$DEBIAN` names another mirror, `$LEFT_OUT` packages that nothing of what is wanted
# needs.
set -eu

suite=$1
root=$2
shift 2

work=$(mktemp -d)
mkdir -p "$work/lists/partial" /cache/debian/archives/partial "$root/usr/bin" "$root/usr/lib" "$root/usr/lib64" \
  "$root/usr/sbin" "$root/etc/ssl/certs" "$root/tmp" "$root/var/lib/dpkg/status.d"
: >"$work/status"
mirror="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${DEBIAN:-http://deb.debian.org}"
cat >"$work/sources.list" <<END
deb $mirror/debian $suite main
deb $mirror/debian $suite-updates main
deb $mirror/debian-security $suite-security main
END

# As root, since the folders are root's and apt would rather be nobody.
apt() {
  apt-get --quiet=2 --yes --no-install-recommends \
    --option APT::Sandbox::User=root \
    --option Dir::Etc::SourceList="$work/sources.list" --option Dir::Etc::SourceParts=/dev/null \
    --option Dir::State::Lists="$work/lists" --option Dir::State::Status="$work/status" \
    --option Dir::Cache::Archives=/cache/debian/archives --option APT::Keep-Downloaded-Packages=true "$@"
}
apt update
# Asked with an empty cache: what is in the cache already would not be named.
mkdir -p "$work/none/partial"
apt --option Dir::Cache::Archives="$work/none" --print-uris install "$@" | cut -d ' ' -f 2 | sort >"$work/names"
apt --download-only install "$@" >/dev/null

for each in bin lib lib64 sbin; do
  ln -s "usr/$each" "$root/$each"
done
while read -r name; do
  case " ${LEFT_OUT:-} " in *" ${name%%_*} "*) continue ;; esac
  # A package may still have /bin and the like for what is below /usr.
  dpkg-deb --fsys-tarfile "/cache/debian/archives/$name" | tar --extract --keep-directory-symlink --directory="$root"
  # What tells scanners which packages there are.
  { echo 'Status: install ok installed' && dpkg-deb --field "/cache/debian/archives/$name"; } \
    >"$root/var/lib/dpkg/status.d/${name%%_*}"
done <"$work/names"
rm -rf "$work"

# Copyrights stay; what only a reader or a compiler wants goes.
find "$root/usr/share/doc" ! -type d ! -name copyright -delete
rm -rf "$root/usr/share/man" "$root/usr/share/info" "$root/usr/share/locale" "$root/usr/share/lintian" \
  "$root/usr/share/bug" "$root/usr/include"
cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
echo 'root:x:0:' >"$root/etc/group"
echo 'app:x:10001:' >>"$root/etc/group"
echo 'root:x:0:0::/root:/usr/sbin/nologin' >"$root/etc/passwd"
echo 'app:x:10001:10001::/nonexistent:/usr/sbin/nologin' >>"$root/etc/passwd"
chmod 1777 "$root/tmp"
chown -R --no-dereference 0:0 "$root"
ldconfig -r "$root"
# It has inodes and times in it, and would be another one each time.
rm -rf "$root/var/cache/ldconfig"
