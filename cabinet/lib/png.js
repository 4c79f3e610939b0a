// Checks a picture before it is sent. The API checks again, and more strictly.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Return the error of each requirement as a Russian text, or null where the file meets it.
 * @returns {Promise<{format: ?string, bytes: ?string, dimensions: ?string}>}
 */
export async function checkPng(file, { width, height, bytes }) {
  const head = new Uint8Array(await file.slice(0, SIGNATURE.length).arrayBuffer());
  const png = SIGNATURE.every((byte, at) => head[at] === byte);
  const picture = await createImageBitmap(file).catch(() => null);
  const fits = picture?.width === width && picture?.height === height;
  const faults = {
    format: png && picture ? null : png ? "файл повреждён" : "это не PNG",
    bytes: file.size <= bytes ? null : `в файле ${Math.ceil(file.size / 102.4) / 10} КБ`.replace(".", ","),
    dimensions: fits ? null : picture ? `в файле ${picture.width}×${picture.height}` : "не прочитать",
  };
  picture?.close();
  return faults;
}
