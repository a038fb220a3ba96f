// Who votes twice for one epoch is slashed: signs two conflicting attestations of a validator and hands them to the node.
// Usage: slash.mjs NODE_URL VALIDATOR_INDEX TARGET_EPOCH
import bls from "@chainsafe/bls";
import { DOMAIN_BEACON_ATTESTER } from "@lodestar/params";
import { computeDomain, computeSigningRoot, interopSecretKey } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { get, post } from "./node.mjs";

const [node, validator, epoch] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
await bls.init?.("herumi");

const { genesis_validators_root } = await get(node, "/eth/v1/beacon/genesis");
const { current_version } = await get(node, "/eth/v1/beacon/states/head/fork");
const bytes = (hex) => Buffer.from(hex.slice(2), "hex");
const domain = computeDomain(DOMAIN_BEACON_ATTESTER, bytes(current_version), bytes(genesis_validators_root));
const secret = interopSecretKey(validator);

/** An attestation for a block that never was. */
function vote(byte) {
  const root = Buffer.alloc(32, byte);
  const data = { index: 0, beaconBlockRoot: root, source: { epoch: epoch - 1, root }, target: { epoch, root } };
  const signing = { ...data, slot: epoch * 8 };
  const signature = secret.sign(computeSigningRoot(ssz.phase0.AttestationData, signing, domain)).toBytes();
  const bigint = {
    ...signing, slot: BigInt(signing.slot), index: 0n,
    source: { epoch: BigInt(epoch - 1), root }, target: { epoch: BigInt(epoch), root },
  };
  return { attestingIndices: [validator], data: bigint, signature };
}

await post(node, "/eth/v1/beacon/pool/attester_slashings",
  ssz.phase0.AttesterSlashing.toJson({ attestation1: vote(1), attestation2: vote(2) }));
