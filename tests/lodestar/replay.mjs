// Hands recorded blocks to a node that has lost them. Usage: replay.mjs NODE_URL FOLDER
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ssz } from "@lodestar/types";
import { post } from "./node.mjs";

const [node, folder] = process.argv.slice(2);
const names = readdirSync(join(folder, "blocks")).filter((name) => name.endsWith(".ssz")).sort();
for (const name of names) {
  const block = ssz.altair.SignedBeaconBlock.deserialize(readFileSync(join(folder, "blocks", name)));
  await post(node, "/eth/v1/beacon/blocks", ssz.altair.SignedBeaconBlock.toJson(block));
}
console.log(`${names.length} blocks`);
