#!/bin/sh
# The steps of the Containerfile: installs the package and what dtsync calls, and makes its user.
#   container-install.sh PACKAGE          as root in a new Debian image of Node.js
#   container-install.sh PACKAGE FOLDER   below a folder, as anybody, without Debian's packages: as a test does it
set -eu
package=$1
root=${2:-}

if [ -z "$root" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install --yes --no-install-recommends ca-certificates git openssh-client openssl
  rm -rf /var/lib/apt/lists/*
fi

# The package holds its dependencies, and no script of it runs.
npm install --global --prefix "$root/usr/local" --ignore-scripts --offline --no-audit --no-fund --no-update-notifier "$package"

# Nothing is installed into a running container: what is not there has no faults.
for name in npm npx corepack yarn yarnpkg; do rm -f "$root/usr/local/bin/$name"; done
rm -rf "$root"/usr/local/lib/node_modules/npm "$root"/usr/local/lib/node_modules/corepack "$root"/opt/yarn-* "${HOME:-/root}/.npm"

mkdir -p "$root/etc"
echo 'dtsync:x:10001:10001:dtsync:/tmp/dtsync:/bin/sh' >> "$root/etc/passwd"
echo 'dtsync:x:10001:' >> "$root/etc/group"
# The checkout belongs to whoever started the container. dtsync runs nothing that a repository's configuration names.
git config --file "$root/etc/gitconfig" --add safe.directory '*'
