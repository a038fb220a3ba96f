// The creation code of a Solidity verifier: `node noir-solidity.mjs VERIFIER.sol OUT`, in hexadecimal.
import { readFile, writeFile } from "node:fs/promises";
import solc from "solc";

const [, , source, out] = process.argv;
const input = {
  language: "Solidity",
  sources: { "Verifier.sol": { content: await readFile(source, "utf8") } },
  settings: { optimizer: { enabled: true, runs: 1 }, outputSelection: { "*": { "*": ["evm.bytecode.object"] } } },
};
const output = JSON.parse(solc.compile(JSON.stringify(input)));
const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
if (errors.length > 0) throw new Error(errors[0].formattedMessage);
await writeFile(out, output.contracts["Verifier.sol"].HonkVerifier.evm.bytecode.object);
