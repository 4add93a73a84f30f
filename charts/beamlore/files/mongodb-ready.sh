# Asks the member on this machine `hello`, which needs no login, and succeeds where it is primary, secondary or arbiter.
# By hand, since mongosh takes 1 to 2 s and 100 MiB to say the same. Sources: MongoDB's wire protocol (OP_MSG), BSON 1.1.
set -eu
exec 3<>/dev/tcp/127.0.0.1/27017
# 52 bytes, request 1, answer to none, OP_MSG (2013), no flags, one section of kind 0 ...
printf '\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0' >&3
# ... which is {hello: 1, $db: "admin"}
printf '\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0' >&3
length=$(head -c 4 <&3 | od -An -tu4)
head -c $((length - 4)) <&3 | tr '\0\1' '.+' | grep -Eaq '(isWritablePrimary|secondary|arbiterOnly)\.\+'
