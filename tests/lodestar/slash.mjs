// Who votes twice for one epoch is slashed: signs two conflicting attestations of a validator and hands them to the node.
// Usage: slash.mjs NODE_URL VALIDATOR_INDEX TARGET_EPOCH
import { DOMAIN_BEACON_ATTESTER, SLOTS_PER_EPOCH } from "@lodestar/params";
import { computeDomain, computeSigningRoot, interopSecretKey } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { get, post } from "./node.mjs";

const [node, ...numbers] = process.argv.slice(2);
const [validator, epoch] = numbers.map(Number);
const { genesis_validators_root } = await get(node, "/eth/v1/beacon/genesis");
const { current_version } = await get(node, "/eth/v1/beacon/states/head/fork");
const [version, root] = [current_version, genesis_validators_root].map((hex) => Buffer.from(hex.slice(2), "hex"));
const domain = computeDomain(DOMAIN_BEACON_ATTESTER, version, root);

/** A vote for blocks that never were. */
function vote(byte) {
  const root = Buffer.alloc(32, byte);
  const [source, target] = [{ epoch: epoch - 1, root }, { epoch, root }];
  const data = { slot: epoch * SLOTS_PER_EPOCH, index: 0, beaconBlockRoot: root, source, target };
  const signature = interopSecretKey(validator).sign(computeSigningRoot(ssz.phase0.AttestationData, data, domain));
  return { attestingIndices: [validator], data, signature: signature.toBytes() };
}

const slashing = ssz.phase0.AttesterSlashing.toJson({ attestation1: vote(1), attestation2: vote(2) });
await post(node, "/eth/v1/beacon/pool/attester_slashings", slashing);
