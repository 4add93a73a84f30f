#!/bin/bash
# member.sh ready [HOST]   succeeds where the member is primary, secondary or arbiter: not while it recovers, copies or ends
# member.sh leave [DELAY]  returns when all other members are ready, or after two minutes, since two must not be away at a
#                          time; a primary has handed over by then, and another has taken over
# It asks `hello` by hand, which needs no login, since mongosh takes 1 to 2 s and 100 MiB to do so.
# Sources: MongoDB's wire protocol (OP_MSG), BSON 1.1, the command `hello`.
set -eu

hello() {
  exec 3<>"/dev/tcp/$1/27017"
  # 52 bytes, request 1, answer to none, OP_MSG (2013), no flags, one section of kind 0 ...
  printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0' >&3
  # ... which is {hello: 1, $db: "admin"}
  printf '\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
  length=$(head -c 4 <&3 | od -An -tu4)
  # Names and texts end with a zero, true is a one.
  head -c $((length - 4)) <&3 | tr '\0\1' ' +'
}

is() { # STATES HOST
  hello "$2" | grep -Eaq "($1) \+"
}

ready() {
  is 'isWritablePrimary|secondary|arbiterOnly' "${1:-127.0.0.1}"
}

wait_for_others() {
  while [ $SECONDS -lt 120 ]; do
    away=0
    for member in $members; do
      timeout 3 bash "$0" ready "${member%:*}" 2>/dev/null || away=1
    done
    [ $away = 1 ] || return 0
    sleep 2
  done
}

wait_for_another_primary() {
  latest=$((SECONDS + 20))
  while [ $SECONDS -lt $latest ]; do
    for member in $members; do
      if timeout 3 bash "$0" is isWritablePrimary "${member%:*}" 2>/dev/null; then return 0; fi
    done
    sleep 0.2
  done
}

leave() {
  sleep "${1:-0}"
  ready || return 0
  members=$(hello 127.0.0.1 | grep -Eao '[A-Za-z0-9.-]+:27017' | sort -u)
  wait_for_others
  if is isWritablePrimary 127.0.0.1; then
    HOME=/tmp timeout 60 mongosh --quiet --norc "${0%/*}/step-down.js"
    # Until then this one's vote is needed: an arbiter gives none while it takes it for the primary, up to its next heartbeat.
    wait_for_another_primary
  fi
}

"$@"
