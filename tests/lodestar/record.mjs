// What a beacon node says, kept as files: blocks, the state of each epoch's last slot, genesis and configuration.
// Goes on until it is ended; while the node is away it waits. Usage: record.mjs NODE_URL FOLDER
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SLOTS_PER_EPOCH } from "@lodestar/params";
import { ssz } from "@lodestar/types";
import { answer, bytes, get } from "./node.mjs";

const [node, folder] = process.argv.slice(2);
const LOOK_MS = 500;
/** So many slots later a state's slot is hardly ever reorganised, and the node still has it. */
const STATE_DELAY_SLOTS = 4;
const GENESIS_PARENT = "0x" + "00".repeat(32);

/** A reader never sees half a file, nor a file of a recorder that was ended in the middle. */
function write(name, content) {
  writeFileSync(join(folder, name + ".part"), content);
  renameSync(join(folder, name + ".part"), join(folder, name));
}

const blockFile = (slot, root) => `blocks/${String(slot).padStart(5, "0")}_${root.slice(2, 10)}.ssz`;
const stateFile = (slot) => `states/${String(slot).padStart(5, "0")}.ssz`;
const isRecorded = (name) => existsSync(join(folder, name));

/** From the head down to a block that is there already. Altair's blocks come as JSON from this node. */
async function recordBlocks(head) {
  for (let { root, header } = head; header.message.slot > 0; ) {
    const name = blockFile(header.message.slot, root);
    if (isRecorded(name)) return;
    const block = await get(node, `/eth/v2/beacon/blocks/${root}`);
    write(name, ssz.altair.SignedBeaconBlock.serialize(ssz.altair.SignedBeaconBlock.fromJson(block)));
    root = block.message.parent_root;
    if (root === GENESIS_PARENT) return;
    header = (await get(node, `/eth/v1/beacon/headers/${root}`)).header;
  }
}

async function recordStates(head) {
  for (let slot = SLOTS_PER_EPOCH - 1; slot + STATE_DELAY_SLOTS <= head; slot += SLOTS_PER_EPOCH) {
    if (isRecorded(stateFile(slot))) continue;
    write(stateFile(slot), await bytes(node, `/eth/v2/debug/beacon/states/${slot}`));
  }
}

for (const name of ["blocks", "states"]) mkdirSync(join(folder, name), { recursive: true });
for (;;) {
  try {
    for (const [name, path] of [["spec.json", "/eth/v1/config/spec"], ["genesis.json", "/eth/v1/beacon/genesis"]]) {
      if (!isRecorded(name)) write(name, await (await answer(node + path)).text());
    }
    if (!isRecorded("states/genesis.ssz")) write("states/genesis.ssz", await bytes(node, "/eth/v2/debug/beacon/states/genesis"));
    const head = await get(node, "/eth/v1/beacon/headers/head");
    await recordBlocks(head);
    await recordStates(Number(head.header.message.slot));
  } catch (error) {
    console.log(`${new Date().toISOString()} ${error.message}`);
  }
  await pause(LOOK_MS);
}
