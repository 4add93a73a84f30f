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
// A member that has just been there again under a new address is not yet seen by this one. Without another to hand over to,
// `replSetStepDown` refuses reads and writes for as long as it may wait.
const sees = () => db.adminCommand({ replSetGetStatus: 1 }).members.some((one) => one.health === 1 && one.stateStr === "SECONDARY");
for (let seconds = 0; seconds < 40 && !sees(); seconds += 0.5) sleep(500);
db.adminCommand({ replSetStepDown: 60, secondaryCatchUpPeriodSecs: 10 });
