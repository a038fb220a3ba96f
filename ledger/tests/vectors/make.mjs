// Makes containers of one preset: node make.mjs FOLDER. The README beside this file says more.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { ssz } from "@lodestar/types";

const preset = process.env.LODESTAR_PRESET;
const folder = process.argv[2];
const SLOTS_PER_EPOCH = { minimal: 8, mainnet: 32 }[preset];
const VALIDATORS = 40;
/** Longer vectors are zero but for this many elements, so that the files stay small. */
const DENSE = 100;

/** Bytes that are the same on every run. */
function randomBytes(seed) {
  let counter = 0;
  return (length) => {
    const blocks = [];
    for (let have = 0; have < length; have += 32) {
      blocks.push(createHash("sha256").update(`${seed}/${counter++}`).digest());
    }
    return new Uint8Array(Buffer.concat(blocks).subarray(0, length));
  };
}

/** A value of an SSZ type, with something in every list. */
function random(type, bytes) {
  const below = (bound) => Number(new DataView(bytes(4).buffer).getUint32(0, true) % bound);
  const name = type.constructor.name;
  if (type.fields) {
    return Object.fromEntries(Object.entries(type.fields).map(([key, field]) => [key, random(field, bytes)]));
  }
  switch (name) {
    case "BooleanType":
      return below(2) === 1;
    case "UintNumberType":
      return below(Math.min(2 ** 32 - 1, 2 ** (8 * type.byteLength) - 1));
    case "UintBigintType":
      return BigInt("0x" + Buffer.from(bytes(type.byteLength)).toString("hex"));
    case "ByteVectorType":
    case "ExecutionAddressType":
      return bytes(type.lengthBytes);
    case "ByteListType":
      return bytes(1 + below(Math.min(type.limitBytes, 70)));
    case "BitVectorType":
      return type.deserialize(maskTail(bytes(Math.ceil(type.lengthBits / 8)), type.lengthBits));
    case "BitListType": {
      const value = type.defaultValue();
      const bits = 1 + below(Math.min(type.limitBits, 60));
      const data = maskTail(bytes(Math.floor(bits / 8) + 1), bits);
      data[data.length - 1] |= 1 << (bits % 8);
      return type.deserialize(data) ?? value;
    }
  }
  const element = type.elementType;
  if (type.length) {
    const values = Array.from({ length: type.length }, () => element.defaultValue());
    const dense = type.length <= DENSE;
    for (let i = 0; i < (dense ? type.length : DENSE); i++) {
      values[dense ? i : below(type.length)] = random(element, bytes);
    }
    return values;
  }
  if (type.limit) {
    return Array.from({ length: 1 + below(Math.min(type.limit, 4)) }, () => random(element, bytes));
  }
  throw new Error(`no value for ${name} ${type.typeName}`);
}

function maskTail(data, bits) {
  const whole = Math.floor(bits / 8);
  if (whole < data.length) data[whole] &= (1 << (bits % 8)) - 1;
  return data;
}

const hex = (bytes) => "0x" + Buffer.from(bytes).toString("hex");
mkdirSync(folder, { recursive: true });
const roots = {};
["altair", "bellatrix", "capella"].forEach((fork, number) => {
  const types = ssz[fork];
  // Each fork lasts ten epochs.
  const slot = (10 * number + 5) * SLOTS_PER_EPOCH + 3;

  const bytes = randomBytes(`vigil/${preset}/${fork}`);
  const state = random(types.BeaconState, bytes);
  state.slot = slot;
  state.fork.currentVersion = new Uint8Array([number + 1, 0, 0, 1]);
  for (const list of ["validators", "balances", "previousEpochParticipation", "currentEpochParticipation", "inactivityScores"]) {
    const { elementType } = types.BeaconState.fields[list];
    state[list] = Array.from({ length: VALIDATORS }, () => random(elementType, bytes));
  }
  for (const committee of [state.currentSyncCommittee, state.nextSyncCommittee]) {
    committee.pubkeys = committee.pubkeys.map((_, seat) => state.validators[(7 * seat) % VALIDATORS].pubkey);
  }
  writeFileSync(`${folder}/${fork}-state.ssz`, types.BeaconState.serialize(state));

  const block = random(types.SignedBeaconBlock, bytes);
  block.message.slot = slot;
  writeFileSync(`${folder}/${fork}-block.ssz`, types.SignedBeaconBlock.serialize(block));

  roots[fork] = {
    state: hex(types.BeaconState.hashTreeRoot(state)),
    block: hex(types.BeaconBlock.hashTreeRoot(block.message)),
    proposer_index: block.message.proposerIndex,
    attestations: block.message.body.attestations.length,
    latest_block: hex(ssz.phase0.BeaconBlockHeader.hashTreeRoot(state.latestBlockHeader)),
    finalized_epoch: state.finalizedCheckpoint.epoch,
    participation: hex(state.previousEpochParticipation),
  };
});
writeFileSync(`${folder}/roots.json`, JSON.stringify(roots, null, 1) + "\n");
