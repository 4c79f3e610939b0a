// Signs with the CryptoPro browser plug-in, through the objects of its `cadesplugin_api.js`.

import { Problem } from "./api.js";
import { encode } from "./base64.js";
import { h } from "./dom.js";
import { day } from "./format.js";

// CAdESCOM and CAPICOM constants, from the reference of the plug-in.
const CURRENT_USER_STORE = 2;
const MY_STORE = "My";
const STORE_OPEN_MAXIMUM_ALLOWED = 2;
const FIND_TIME_VALID = 9;
const FIND_EXTENDED_PROPERTY = 6;
const PROPERTY_PRIVATE_KEY = 2; // CAPICOM_PROPID_KEY_PROV_INFO
const FIND_SHA1_HASH = 0;
const BASE64_TO_BINARY = 1;
const CADES_BES = 1;
const ENCODE_BASE64 = 0;
const ATTRIBUTE_SIGNING_TIME = 0;
const WHOLE_CHAIN_BUT_ROOT = 0;

const ABSENT = "Не найден КриптоПро ЭЦП Browser plug-in. Установите КриптоПро CSP, плагин и его расширение "
  + "для браузера, затем обновите страницу.";

/** The plug-in is absent or does not answer. */
class SignerAbsent extends Problem {
  constructor(detail) {
    super({ status: 0, type: "/problems/signer-absent", title: "Подписать пока нечем", detail });
  }
}

/** @param {string|undefined} address address of CryptoPro's script beside the page; see docs/decisions */
export async function cadesSigner(address) {
  if (!globalThis.cadesplugin && address) await loadScript(address);
  const plugin = globalThis.cadesplugin;
  if (!plugin) throw new SignerAbsent(ABSENT);
  try {
    await plugin;
  } catch {
    throw new SignerAbsent(ABSENT);
  }
  const make = (name) => plugin.CreateObjectAsync(name);

  async function find(...conditions) {
    const store = await make("CAdESCOM.Store");
    await store.Open(CURRENT_USER_STORE, MY_STORE, STORE_OPEN_MAXIMUM_ALLOWED);
    try {
      let matching = await store.Certificates;
      for (const condition of conditions) matching = await matching.Find(...condition);
      const items = [];
      for (let place = 1; place <= await matching.Count; place += 1) items.push(await matching.Item(place));
      return items;
    } finally {
      await store.Close();
    }
  }

  async function certificateOf(thumbprint) {
    const [certificate] = await find([FIND_SHA1_HASH, thumbprint]);
    if (!certificate) throw new SignerAbsent("Сертификат не найден. Проверьте, что токен подключён.");
    return certificate;
  }

  return {
    certificates: async () => {
      const valid = await find([FIND_TIME_VALID], [FIND_EXTENDED_PROPERTY, PROPERTY_PRIVATE_KEY]);
      return Promise.all(valid.map(async (each) => {
        const until = new Date(await each.ValidToDate).toISOString().slice(0, 10);
        return { id: await each.Thumbprint, title: titleOf(await each.SubjectName), note: `действует до ${day(until)}` };
      }));
    },
    certificate: async (id) => bare(await (await certificateOf(id)).Export(ENCODE_BASE64)),
    sign: async (id, content, { attached = false } = {}) => {
      const signer = await make("CAdESCOM.CPSigner");
      await signer.propset_Certificate(await certificateOf(id));
      await signer.propset_Options(WHOLE_CHAIN_BUT_ROOT);
      const signedAt = await make("CADESCOM.CPAttribute");
      await signedAt.propset_Name(ATTRIBUTE_SIGNING_TIME);
      await signedAt.propset_Value(new Date());
      await (await signer.AuthenticatedAttributes2).Add(signedAt);
      const data = await make("CAdESCOM.CadesSignedData");
      // ContentEncoding is set before Content, else the plug-in takes the content for text.
      await data.propset_ContentEncoding(BASE64_TO_BINARY);
      await data.propset_Content(encode(content));
      try {
        return bare(await data.SignCades(signer, CADES_BES, !attached));
      } catch (error) {
        throw new SignerAbsent(`Подпись не создана: ${plugin.getLastError?.(error) ?? error.message}`);
      }
    },
  };
}

// «SN=Смирнова, G=Мария Андреевна, O="ООО ""Ромашка"""» → «Смирнова Мария Андреевна, ООО "Ромашка"».
function titleOf(subject) {
  const names = Object.fromEntries([...subject.matchAll(/(?:^|, *)([^=,]+)=("(?:[^"]|"")*"|[^,]*)/g)]
    .map(([, name, value]) => [name.trim(), value.replace(/^"|"$/g, "").replaceAll('""', '"')]));
  const person = [names.SN, names.G].filter(Boolean).join(" ");
  return [person, names.O].filter(Boolean).join(", ") || names.CN || subject;
}

function bare(base64) {
  return base64.replace(/\s/g, "");
}

function loadScript(address) {
  return new Promise((done, failed) => {
    document.head.append(h("script", {
      src: address, onload: done, onerror: () => failed(new SignerAbsent(ABSENT)),
    }));
  });
}
