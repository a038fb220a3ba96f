// The duties of a period, computed from recorded states and blocks by Lodestar's own code: what `vigil ledger export`
// must print, line for line. Usage: expect.mjs FOLDER START_EPOCH EPOCHS FLAGS.csv TOTALS.csv
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createIBeaconConfig, createIChainForkConfig } from "@lodestar/config";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { PubkeyIndexMap, createCachedBeaconState } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";

const [folder, start, length, flagsFile, totalsFile] = process.argv.slice(2);
const first = Number(start);
const epochs = Array.from({ length: Number(length) }, (_, offset) => first + offset);
const hex = (root) => Buffer.from(root).toString("hex");

/** The state of an epoch's last slot. */
const states = new Map();
function stateAtEndOf(epoch) {
  if (!states.has(epoch)) {
    const name = String((epoch + 1) * SLOTS_PER_EPOCH - 1).padStart(5, "0");
    const view = ssz.altair.BeaconState.deserializeToViewDU(readFileSync(join(folder, "states", `${name}.ssz`)));
    const config = createIBeaconConfig(createIChainForkConfig({ ALTAIR_FORK_EPOCH: 0 }), view.genesisValidatorsRoot);
    const caches = { config, pubkey2index: new PubkeyIndexMap(), index2pubkey: [] };
    states.set(epoch, createCachedBeaconState(view, caches));
  }
  return states.get(epoch);
}

/** Of the canonical chain, by slot: from the newest block down. */
function canonicalBlocks() {
  const blocks = new Map();
  let tip;
  for (const name of readdirSync(join(folder, "blocks")).filter((name) => name.endsWith(".ssz")).sort()) {
    const { message } = ssz.altair.SignedBeaconBlock.deserialize(readFileSync(join(folder, "blocks", name)));
    tip = hex(ssz.altair.BeaconBlock.hashTreeRoot(message));
    blocks.set(tip, message);
  }
  const canonical = new Map();
  for (let block = blocks.get(tip); block; block = blocks.get(hex(block.parentRoot))) canonical.set(block.slot, block);
  return canonical;
}

const blocks = canonicalBlocks();
const last = stateAtEndOf(epochs.at(-1) + 1);
const count = last.validators.length;
const isActive = (index, epoch) => {
  const { activationEpoch, exitEpoch } = last.validators.get(index);
  return activationEpoch <= epoch && epoch < exitEpoch;
};

const flags = ["epoch,validator_index,active,timely_source,timely_target,timely_head"];
const totals = Array.from({ length: count }, () => ({ proposals: [0, 0], sync: [0, 0] }));
for (const epoch of epochs) {
  const participation = stateAtEndOf(epoch + 1).previousEpochParticipation.getAll();
  for (let index = 0; index < count; index++) {
    const active = isActive(index, epoch);
    const timely = [1, 2, 4].map((flag) => Number(active && (participation[index] & flag) !== 0));
    flags.push([epoch, index, Number(active), ...timely].join());
  }
  const state = stateAtEndOf(epoch);
  const seats = state.epochCtx.currentSyncCommitteeIndexed.validatorIndices;
  for (let slot = epoch * SLOTS_PER_EPOCH; slot < (epoch + 1) * SLOTS_PER_EPOCH; slot++) {
    const block = blocks.get(slot);
    const [due, missed] = [(kind, index) => totals[index][kind][0]++, (kind, index) => totals[index][kind][1]++];
    const proposer = state.epochCtx.getBeaconProposer(slot);
    due("proposals", proposer);
    if (!block) {
      missed("proposals", proposer);
      continue;
    }
    seats.forEach((index, seat) => {
      due("sync", index);
      if (!block.body.syncAggregate.syncCommitteeBits.get(seat)) missed("sync", index);
    });
  }
}

const lines = totals.map(({ proposals, sync }, index) => {
  const active = epochs.filter((epoch) => isActive(index, epoch));
  const balance = active.length && stateAtEndOf(active[0] + 1).validators.get(index).effectiveBalance / 1e9;
  return [index, active.length, balance, Number(last.validators.get(index).slashed), 0, ...proposals, ...sync].join();
});
lines.unshift("validator_index,active_epochs,effective_balance,slashed,run_in,proposals_due,proposals_missed,sync_due,sync_missed");

/** The first line that differs; false if none does. */
function differs(file, expected) {
  const got = readFileSync(file, "utf8").trimEnd().split("\n");
  const at = Array.from({ length: Math.max(got.length, expected.length) }, (_, line) => line).find((line) => got[line] !== expected[line]);
  if (at !== undefined) console.log(`${file}, line ${at + 1}: the ledger says ${got[at]}, Lodestar ${expected[at]}`);
  return at !== undefined;
}
if ([differs(flagsFile, flags), differs(totalsFile, lines)].includes(true)) process.exit(1);
console.log(`${flags.length - 1} cells and ${count} totals`);
