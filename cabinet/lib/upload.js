// Files on their way: small ones inside the JSON, large ones by a presigned form, with progress.

import { encode } from "./base64.js";
import { Problem } from "./api.js";

const INLINE = 1024 * 1024; // bytes that go as base64 (docs: files above go through /uploads)

/** A file's content as base64. */
export async function readBase64(file) {
  return encode(new Uint8Array(await file.arrayBuffer()));
}

/**
 * Return a file as the API takes it: `{filename, content}` or `{filename, upload_id}`.
 * @param {function(number)} progress told the part that has gone, 0 to 1
 */
export async function documentOf(api, file, progress = () => {}) {
  if (file.size <= INLINE) return { filename: file.name, content: await readBase64(file) };
  const { url, fields, upload_id: uploadId } = await api.post("/uploads", {
    filename: file.name, size: file.size, media_type: file.type || "application/octet-stream",
  });
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  await send(url, body, progress);
  return { filename: file.name, upload_id: uploadId };
}

// fetch tells nothing of what it has sent.
function send(url, body, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const fail = () => failed(new Problem({
      status: request.status, title: "Файл не загружен", detail: "Файл не загрузился. Проверьте связь и повторите.",
    }));
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(loaded / total));
    request.addEventListener("load", () => (request.status < 300 ? done() : fail()));
    request.addEventListener("error", fail);
    request.open("POST", url);
    request.send(body);
  });
}
