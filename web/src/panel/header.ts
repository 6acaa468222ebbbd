/** Top bar: whose county, whether the data is real, whether the stream is alive, language, who is signed in. */

import { failed } from "../actions";
import { api } from "../base/api";
import { fill, h } from "../base/dom";
import { findBox } from "../find/box";
import { rememberLang } from "../hash";
import { store } from "../state";
import { nameOf, t, word } from "../text";
import type { Go, Scope } from "./scope";

function languageSwitch(): HTMLElement {
  const { lang } = store.state;
  const choose = (next: "en" | "zh") => () => {
    rememberLang(next);
    store.set({ lang: next });
  };
  const option = (one: "en" | "zh", label: string, code: string) =>
    h(
      "button",
      {
        type: "button",
        lang: code,
        "aria-pressed": String(lang === one),
        onclick: choose(one),
        "data-lang": one,
      },
      label,
    );
  return h(
    "div.segments.small",
    { role: "group", "aria-label": t("language") },
    option("en", "EN", "en"),
    option("zh", "中文", "zh-CN"),
  );
}

async function signOut(): Promise<void> {
  try {
    await api.signOut();
    location.reload();
  } catch (error) {
    failed("failed_write", error);
  }
}

function who(): (HTMLElement | null)[] {
  const { session } = store.state;
  if (!session) return [];
  if (session.keyless) {
    return [h("span.badge.keyless", { title: t("keyless_hint") }, t("keyless"))];
  }
  if (!session.role) {
    return [
      h(
        "button.quiet",
        { type: "button", onclick: () => store.set({ signingIn: true }) },
        t("sign_in"),
      ),
    ];
  }
  return [
    h("span.role", {}, word("key", session.role)),
    h("button.quiet", { type: "button", onclick: () => void signOut() }, t("sign_out")),
  ];
}

export function header(scope: Scope, go: Go): HTMLElement {
  const title = h("div.title");
  const live = h("span.live", { role: "status" });
  const account = h("div.account");
  scope.draw(["status"], ({ status }) => {
    fill(
      title,
      h("img", { src: "./icon.svg", alt: "", width: 26, height: 26 }),
      h("h1", {}, h("b", {}, "Xunge"), h("span", { lang: "zh-CN" }, "巡格")),
      status?.county && h("span.county", {}, nameOf(status.county)),
      status?.demo &&
        h(
          "span.badge.synthetic",
          { title: t("demo_hint") },
          h("span.long", {}, t("demo_badge")),
          h("span.short", {}, t("synthetic")),
        ),
    );
    document.title = status?.county ? `${nameOf(status.county)} · Xunge 巡格` : "Xunge 巡格";
  });
  scope.draw(["live"], ({ live: state }) => {
    live.dataset.state = state;
    fill(live, h("i"), h("span", {}, t(`live_${state}`)));
  });
  scope.draw(["session"], () => fill(account, who()));
  return h("header.bar", {}, title, findBox(scope, go), live, languageSwitch(), account);
}
