// The Beacon API, as far as the scripts beside this one need it.

const TIMEOUT_MS = 20_000;

export async function answer(url, options = {}) {
  const response = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (response.ok) return response;
  throw new Error(`${url} answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
}

/** The `data` of an answer in JSON. */
export async function get(node, path) {
  return (await (await answer(node + path)).json()).data;
}

/** An answer in SSZ. */
export async function bytes(node, path) {
  const response = await answer(node + path, { headers: { Accept: "application/octet-stream" } });
  return Buffer.from(await response.arrayBuffer());
}

/** Hands something in. */
export async function post(node, path, body) {
  const headers = { "Content-Type": "application/json" };
  await answer(node + path, { method: "POST", headers, body: JSON.stringify(body) });
}
