// Run by mongosh on a primary that is to end: hands over to another member first. A primary that is told to end while there is
// an arbiter is missed for the whole election timeout: it does not vote any more, and the arbiter still takes it for primary.
const text = require("fs").readFileSync("/etc/mongodb/keyfile", "utf8");
// Several keys, while they are being changed, are a list in YAML. The members' own user has them for its password.
const keys = text.trimStart().startsWith("- ") ? text.split("\n").map((line) => line.replace(/^- /, "")) : [text];
for (const key of keys.map((one) => one.replace(/\s/g, "")).filter((one) => one)) {
  try {
    db.getSiblingDB("local").auth("__system", key);
    break;
  } catch (error) {
    print(error.message);
  }
}
db.adminCommand({ replSetStepDown: 60, secondaryCatchUpPeriodSecs: 10 });
