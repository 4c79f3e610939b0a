// Files of documents: the API answers with small ones itself and with a link to large ones.

import { Problem } from "../lib/api.js";
import { download, follow } from "../lib/parts.js";

const TYPE = "application/octet-stream";

/** Return the bytes of a file. */
export async function bytesOf(api, path) {
  return new Uint8Array(await (await blobOf(api, path)).arrayBuffer());
}

async function blobOf(api, path) {
  try {
    return await api.file(path, TYPE);
  } catch (problem) {
    if (problem.status !== 413) throw problem;
    const answer = await fetch(problem.members.url).catch(() => null);
    if (answer?.ok) return answer.blob();
    throw new Problem({ status: 0, title: "Файл не загружен", detail: "Файл не загрузился. Проверьте связь и повторите." });
  }
}

/** Download a file. */
export async function keepFile(api, path, name) {
  try {
    download(await api.file(path, TYPE), name);
  } catch (problem) {
    if (problem.status !== 413) throw problem;
    follow(problem.members.url);
  }
}
