// Whether the ledger tells what was done to the chain: who was away, when, and who was slashed.
// Usage: story.mjs FLAGS.csv TOTALS.csv FIRST_AWAY LAST_AWAY STOPPED_EPOCH BACK_EPOCH SLASHED_INDEX
import { readFileSync } from "node:fs";

const [flagsFile, totalsFile, ...numbers] = process.argv.slice(2);
const [firstAway, lastAway, stopped, back, slashed] = numbers.map(Number);
const rows = (file) => readFileSync(file, "utf8").trimEnd().split("\n").slice(1).map((line) => line.split(",").map(Number));

const cells = rows(flagsFile).map(([epoch, index, active, source, target, head]) => ({ epoch, index, active, votes: [source, target, head] }));
const isAway = ({ index }) => firstAway <= index && index <= lastAway;
/** In these nobody can have voted; in the epochs of the stop and of the return, who knows. */
const isOutage = ({ epoch }) => stopped < epoch && epoch < back;
const missesAll = ({ votes }) => votes.every((vote) => vote === 0);
const hitsTarget = ({ votes }) => votes[1] === 1;
const failures = [];
const expect = (holds, what) => holds || failures.push(what);

const outage = cells.filter((cell) => cell.active && isOutage(cell));
const away = outage.filter(isAway);
const here = outage.filter((cell) => !isAway(cell));
expect(away.length > 0 && away.every(missesAll), `away validators miss ${away.filter(missesAll).length} of ${away.length} epochs`);
// A loaded machine may make anybody late; what exactly was missed, another script compares cell by cell.
const hits = here.filter(hitsTarget).length;
expect(2 * hits > here.length, `meanwhile the others hit ${hits} of ${here.length} targets`);
const indices = [...new Set(here.map(({ index }) => index))];
const idle = indices.filter((index) => here.filter((cell) => cell.index === index).every(missesAll));
expect(idle.length === 0, `the validators ${idle} miss the whole outage of others`);
const before = cells.filter((cell) => isAway(cell) && cell.epoch < stopped);
const after = cells.filter((cell) => isAway(cell) && cell.epoch > back + 1);
for (const [when, some] of [["before", before], ["after", after]]) {
  expect(some.some(hitsTarget), `away validators hit none of ${some.length} targets ${when} their outage`);
}

const marked = rows(totalsFile).filter(([, , , isSlashed]) => isSlashed === 1).map(([index]) => index);
expect(marked.length === 1 && marked[0] === slashed, `slashed are ${marked}, not ${slashed}`);

for (const failure of failures) console.log(failure);
if (failures.length > 0) process.exit(1);
console.log(`${away.length} cells of the outage, all missed; ${hits} of the others' ${here.length} targets hit; ${slashed} slashed`);
