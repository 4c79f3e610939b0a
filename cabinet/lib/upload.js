// Sends files: small ones inside the JSON, large ones by a presigned form, with progress.

import { encode } from "./base64.js";
import { Problem } from "./api.js";

const INLINE = 1024 * 1024; // bytes; larger files go through /uploads

/** Return the content of a file as base64. */
export async function readBase64(file) {
  return encode(new Uint8Array(await file.arrayBuffer()));
}

/** Return a file with its name: `{filename, content}` or `{filename, upload_id}`. */
export async function documentOf(api, file, progress) {
  return { filename: file.name, ...await contentOf(api, file, progress) };
}

/**
 * Return the content of a file as members of a request body: `{content}` or `{upload_id}`.
 * @param {function(number)} progress receives the part sent, 0 to 1
 */
export async function contentOf(api, file, progress = () => {}) {
  if (file.size <= INLINE) return { content: await readBase64(file) };
  const { url, fields, upload_id: uploadId } = await api.post("/uploads", {
    filename: file.name, size: file.size, media_type: file.type || "application/octet-stream",
  });
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  body.append("file", file);
  await send(url, body, progress);
  return { upload_id: uploadId };
}

// XMLHttpRequest, because fetch does not report the progress of an upload.
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
