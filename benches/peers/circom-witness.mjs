// The witness of a compiled circom circuit: `node circom-witness.mjs FOLDER INPUTS OUT`. Fails if there is none.
import { createRequire } from "node:module";
import { readFile, writeFile } from "node:fs/promises";

const [, , folder, inputsFile, out] = process.argv;
// What circom wrote is CommonJS, beside its wasm.
const builder = createRequire(import.meta.url)(`${folder}/main_js/witness_calculator.js`);
const { rows, ...inputs } = JSON.parse(await readFile(inputsFile, "utf8"));
for (const name of Object.keys(rows[0])) inputs[`row_${name}`] = rows.map((row) => row[name]);
const calculator = await builder(await readFile(`${folder}/main_js/main.wasm`));
await writeFile(out, await calculator.calculateWTNSBin(inputs, 0));
