/** Trades a key for a cookie that scripts cannot read. */
import { api, Problem } from "../base/api";
import { h } from "../base/dom";
import { store } from "../state";
import { t } from "../text";
import type { Scope } from "./scope";

export function login(scope: Scope): HTMLElement {
  const key = h("input", {
    id: "key",
    type: "password",
    required: true,
    autocomplete: "current-password",
  });
  const problem = h("p.error", { role: "alert" });
  const dialog = h(
    "dialog.login",
    { "aria-labelledby": "login-title", onclose: () => store.set({ signingIn: false }) },
    h(
      "form",
      {
        method: "dialog",
        onsubmit: async (event: Event) => {
          event.preventDefault();
          problem.textContent = "";
          try {
            await api.signIn(key.value);
            location.reload();
          } catch (error) {
            problem.textContent = error instanceof Problem ? error.message : String(error);
            key.focus();
          }
        },
      },
      h("h2", { id: "login-title" }, t("sign_in_title")),
      h("p.hint", {}, t("sign_in_hint")),
      h("label", { for: "key" }, t("key")),
      key,
      problem,
      h(
        "div.row",
        {},
        h("button.primary", { type: "submit" }, t("sign_in")),
        h("button.quiet", { type: "button", onclick: () => dialog.close() }, t("close")),
      ),
    ),
  );
  scope.draw(["signingIn"], ({ signingIn }) => {
    if (signingIn === dialog.open) return;
    if (signingIn) queueMicrotask(() => dialog.isConnected && !dialog.open && dialog.showModal());
    else dialog.close();
  });
  return dialog;
}
