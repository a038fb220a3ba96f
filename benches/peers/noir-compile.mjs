// Compiles the Noir program for V validators into a folder: `node noir-compile.mjs V FOLDER`.
import { compile, createFileManager } from "@noir-lang/noir_wasm";
import { cp, writeFile } from "node:fs/promises";

const [, , validators, folder] = process.argv;
await cp(new URL("noir", import.meta.url), folder, { recursive: true });
await writeFile(`${folder}/src/size.nr`, `pub global V: u32 = ${validators};\n`);
const { program } = await compile(createFileManager(folder));
await writeFile(`${folder}/duty.json`, JSON.stringify(program));
