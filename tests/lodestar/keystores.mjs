// EIP-2335 keystores of a development chain's validators, whose keys everybody knows.
// Usage: keystores.mjs FOLDER LAST_INDEX PASSWORD_FILE
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Keystore } from "@chainsafe/bls-keystore";
import { interopSecretKey } from "@lodestar/state-transition";

const [folder, last, passwordFile] = process.argv.slice(2);
const password = readFileSync(passwordFile, "utf8").trimEnd();
for (let index = 0; index <= Number(last); index++) {
  const secret = interopSecretKey(index);
  const keystore = await Keystore.create(password, secret.toBytes(), secret.toPublicKey().toBytes(), "");
  writeFileSync(join(folder, `${index}.json`), keystore.stringify(), { mode: 0o600 });
}
