// Switches of the two channels, SMS and e-mail.

import { h } from "../lib/dom.js";
import { money } from "../lib/format.js";
import { toggle } from "../lib/parts.js";
import { toast } from "../lib/toast.js";

/** Show a switch and the tariff of each channel. */
export function channelSwitches(api, channels) {
  const channelRow = (channel, title, price) => h("div", { class: "switch-row" },
    toggle(title, channels[channel].enabled, async (enabled) => {
      await api.put(`/e-receipts/channels/${channel}`, { enabled });
      toast(`${title}: ${enabled ? "отправка включена" : "отправка отключена"}`);
    }), h("p", { class: "muted" }, price));
  const free = (kopecks, of) => (kopecks ? `${money(kopecks)} за ${of}` : "бесплатно");
  return [
    channelRow("sms", "На абонентские номера", free(channels.sms.price_kopecks, "часть СМС")),
    channelRow("email", "На электронную почту", free(channels.email.price_kopecks, "письмо")),
  ];
}
