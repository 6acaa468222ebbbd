/**
 * The squad's phone: what it is sent for, the way there, and a button for the next step. It works through dead
 * zones: what is done waits in the outbox, with its own time.
 */
import "./phone.css";
import { explain, loadMatters } from "../actions";
import { api } from "../base/api";
import { fill, h } from "../base/dom";
import { secondsText } from "../base/time";
import type { Assignment, AssignmentStatus, LngLat, SquadStatus } from "../base/types";
import { uuidv7 } from "../base/uuid";
import { mayLocate } from "../find/here";
import { type HashView, rememberLang } from "../hash";
import { caseAge, timeLeft } from "../incidents/clock";
import { matterName } from "../incidents/facts";
import { listen } from "../live";
import { squadStateText } from "../panel/squad-state";
import { may, store, timeZone } from "../state";
import { labelled, listed, moment, nameOf, number, setLang, t, word } from "../text";
import { keepPage } from "./offline";
import { doneNow, openOutbox } from "./outbox";
import { type Watched, watchPosition } from "./position";
import { waySection } from "./way";
import { current, follow, isOffline, keptWork, stateOf, stepPath } from "./work";

const SQUAD_KEY = "xunge.phone.squad";
const SHARE_KEY = "xunge.phone.position";
const TICK_MS = 5_000;
/** The step that leads on, by how far the squad is. */
const NEXT: Partial<Record<AssignmentStatus, AssignmentStatus>> = {
  assigned: "en_route",
  en_route: "on_scene",
  on_scene: "done",
};
const STATUSES: SquadStatus[] = ["available", "busy", "returning", "out_of_service"];

/** Which squad's phone this is: named in the address, chosen here before, or the only one in sight. */
async function whose({ squad }: HashView): Promise<string | null> {
  const known = squad ?? localStorage.getItem(SQUAD_KEY);
  if (known) return known;
  const all = await api.squads(undefined);
  store.set({ squads: all });
  return all.length === 1 ? (all[0]?.id ?? null) : null;
}

function choose(squad: string | null): void {
  if (squad) localStorage.setItem(SQUAD_KEY, squad);
  else localStorage.removeItem(SQUAD_KEY);
  location.hash = squad ? `#phone&squad=${encodeURIComponent(squad)}` : "#phone";
  location.reload();
}

function chooser(): HTMLElement {
  const select = h(
    "select",
    { id: "phone-squad" },
    store.state.squads.map((one) => h("option", { value: one.id }, nameOf(one))),
  );
  return h(
    "section.phone-card",
    {},
    h("h2", {}, t("phone_whose")),
    h("label", { for: "phone-squad" }, t("squad")),
    select,
    h(
      "button.primary.big",
      { type: "button", id: "phone-choose", onclick: () => choose(select.value) },
      t("confirm"),
    ),
  );
}

function languages(again: () => void): HTMLElement {
  const one = (lang: "en" | "zh", label: string) =>
    h(
      "button",
      {
        type: "button",
        lang: lang === "zh" ? "zh-CN" : "en",
        "data-lang": lang,
        "aria-pressed": String(store.state.lang === lang),
        onclick: () => {
          rememberLang(lang);
          store.set({ lang });
          setLang(lang);
          again();
        },
      },
      label,
    );
  return h(
    "div.segments.small",
    { role: "group", "aria-label": t("language") },
    one("en", "EN"),
    one("zh", "中文"),
  );
}

export async function mount(root: HTMLElement, view: HashView): Promise<void> {
  if (navigator.onLine) await loadMatters();
  const id = await whose(view).catch(() => null);
  const [bar, body] = [h("header.phone-bar"), h("main.phone")];
  root.replaceChildren(bar, body);
  document.documentElement.dataset.face = "phone";
  if (!id) {
    const draw = () => {
      fill(bar, h("h1", {}, t("phone")), languages(draw));
      fill(body, chooser());
    };
    draw();
    document.documentElement.dataset.ready = "true";
    return;
  }
  localStorage.setItem(SQUAD_KEY, id);
  new Phone(id, bar, body).start();
  const kept = await keepPage();
  document.documentElement.dataset.kept = String(kept);
}

class Phone {
  #work;
  #outbox;
  #ask;
  #problem: string | null = null;
  #device: LngLat | null = null;
  #deviceProblem: string | null = null;
  #watched: Watched | null = null;
  /** Typed, and not sent yet. */
  #feedback = "";
  #declining = false;
  /** What was drawn last. */
  #shown = "";

  constructor(
    readonly id: string,
    readonly bar: HTMLElement,
    readonly body: HTMLElement,
  ) {
    this.#work = keptWork(id);
    this.#outbox = openOutbox(
      id,
      () => this.#draw(),
      () => this.#ask(),
    );
    this.#ask = follow(
      id,
      () => this.#device,
      (work) => {
        this.#work = work;
        this.#problem = null;
        this.#draw();
        document.documentElement.dataset.ready = "true";
      },
      (error) => {
        this.#problem = isOffline(error) ? null : explain("failed_cases", error);
        this.#draw();
        document.documentElement.dataset.ready = "true";
      },
    );
  }

  start(): void {
    this.#draw();
    this.#ask();
    void this.#outbox.flush();
    const again = () => this.#ask();
    const none = () => {};
    listen({
      incident: ({ id }) => id === this.#work.incident?.id && again(),
      call: none,
      handover: none,
      casesStuck: none,
      remark: none,
      whistle: none,
      incidentsReplaced: again,
      assignment: ({ squad }) => squad === this.id && again(),
      squad: ({ id }) => id === this.id && again(),
      squadsReplaced: again,
      roadsChanged: again,
      slotsChanged: none,
      plansChanged: none,
      planEdited: none,
      scenariosChanged: none,
      zonesChanged: none,
      positions: none,
      squadsTurned: (turned) => turned.some(({ squad }) => squad === this.id) && again(),
      feedSilent: none,
      mattersChanged: () => void loadMatters(),
      powersChanged: none,
      everything: () => {
        again();
        void this.#outbox.flush();
      },
    });
    store.watch(["live", "lostAt", "matters"], () => this.#draw());
    window.addEventListener("online", () => this.#ask());
    window.addEventListener("offline", () => this.#draw());
    window.setInterval(() => this.#tick(), TICK_MS);
    if (localStorage.getItem(SHARE_KEY) === "on") this.#share(true);
  }

  #draw(): void {
    this.#drawBar();
    // What is typed stays under the hands of whoever types it.
    const { waiting, refused, fixes } = this.#outbox;
    const offline = Boolean(store.state.lostAt) || !navigator.onLine;
    const { told_at, ...work } = this.#work;
    const shown = JSON.stringify([
      store.state.lang,
      store.state.matters.length,
      work,
      offline && told_at,
      waiting,
      refused,
      fixes.length,
      this.#problem,
      this.#deviceProblem,
      this.#declining,
      this.#watched !== null,
    ]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const sent = current(this.#work);
    fill(
      this.body,
      this.#notes(),
      this.#asked(),
      sent ? this.#case(sent) : this.#idle(),
      this.#queued(),
      sent && this.#work.way && waySection(this.#work.way),
      this.#positionCard(),
    );
    this.#tick();
  }

  #drawBar(): void {
    const live = navigator.onLine ? store.state.live : "lost";
    const { squad } = this.#work;
    fill(
      this.bar,
      h("h1", {}, squad ? nameOf(squad) : this.id),
      h(
        "span.live",
        { role: "status", "data-state": live },
        h("i"),
        h("span", {}, t(`live_${live}`)),
      ),
      languages(() => this.#draw()),
    );
  }

  /** What waits, what was refused, and how old what is shown is. */
  #notes(): HTMLElement[] {
    const { waiting, refused, fixes } = this.#outbox;
    const { told_at } = this.#work;
    const notes: HTMLElement[] = [];
    if ((store.state.lostAt || !navigator.onLine) && told_at) {
      const time = secondsText(new Date(told_at), timeZone());
      notes.push(h("p.warning", { id: "phone-offline" }, t("phone_offline", { time })));
    }
    if (this.#problem) notes.push(h("p.problem", { role: "alert" }, this.#problem));
    if (waiting.length > 0) {
      notes.push(
        h(
          "section.phone-card",
          { id: "outbox", "data-waiting": waiting.length },
          h("h2", {}, t("phone_waiting", { n: number(waiting.length) })),
          h(
            "ul",
            {},
            waiting.map(({ at, text }) =>
              h(
                "li",
                {},
                h("time", { datetime: at }, secondsText(new Date(at), timeZone())),
                " ",
                text,
              ),
            ),
          ),
        ),
      );
    }
    if (fixes.length > 1) {
      notes.push(h("p.hint", {}, t("phone_fixes", { n: number(fixes.length) })));
    }
    for (const { id, at, text, why } of refused) {
      notes.push(
        h(
          "section.problem",
          { role: "alert", "data-refused": id },
          h("p", {}, h("b", {}, labelled(text, t("phone_refused"))), ` ${why}`),
          h("p", {}, h("small", {}, moment(at, timeZone()))),
          h("button", { type: "button", onclick: () => this.#outbox.forget(id) }, t("close")),
        ),
      );
    }
    return notes;
  }

  #case(sent: Assignment): HTMLElement {
    const { incident, place } = this.#work;
    const state = stateOf(sent, this.#outbox);
    const where = [place?.township, place?.village, place?.grid].flatMap((one) =>
      one ? [nameOf(one)] : [],
    );
    return h(
      "section.phone-card",
      { id: "my-case", "data-status": state, "data-assignment": sent.id },
      h("p.phone-state", {}, h("span.badge", { "data-sent": state }, word("sent", state))),
      incident && [
        h(
          "h2",
          {},
          h("span.badge", { "data-urgency": incident.urgency }, word("urgency", incident.urgency)),
          ` ${matterName(incident.matter)}`,
        ),
        h("p.phone-clock", { id: "phone-clock" }),
        h("p", {}, listed([...new Set(where)])),
        incident.description && h("p.phone-text", {}, incident.description),
        h(
          "p",
          {},
          h(
            "a.phone-geo",
            { href: `geo:${incident.lat},${incident.lng}` },
            `${incident.lat.toFixed(5)}, ${incident.lng.toFixed(5)}`,
          ),
        ),
      ],
      sent.competence === "first_response_only" && h("p.warning", {}, t("first_response_hint")),
      may("position", store.state) && this.#steps(sent, state),
    );
  }

  #steps(sent: Assignment, state: AssignmentStatus): HTMLElement[] {
    const next = NEXT[state];
    if (!next) return [h("p.hint", {}, t("phone_ended"))];
    const typed = (id: string, label: string, needed: boolean) => {
      const area = h("textarea", {
        id,
        rows: 3,
        maxlength: 500,
        "aria-required": needed && "true",
      });
      area.value = this.#feedback;
      area.addEventListener("input", () => {
        this.#feedback = area.value;
      });
      return [h("label", { for: id }, label), area];
    };
    if (this.#declining) {
      const problem = h("p.error", { role: "alert" });
      return [
        ...typed("phone-reason", labelled(t("phone_declined"), t("reason_why")), true),
        problem,
        h(
          "button.primary.big",
          {
            type: "button",
            "data-step": "declined",
            onclick: () => {
              if (this.#feedback.trim()) return this.#step(sent, "declined");
              problem.textContent = t("reason_needed");
              this.body.querySelector<HTMLElement>("#phone-reason")?.focus();
            },
          },
          t("phone_declined"),
        ),
        h("button.big", { type: "button", onclick: () => this.#decline(false) }, t("cancel")),
      ];
    }
    const rows: HTMLElement[] =
      next === "done" ? typed("phone-feedback", t("phone_feedback"), false) : [];
    rows.push(
      h(
        "button.primary.big",
        { type: "button", "data-step": next, onclick: () => this.#step(sent, next) },
        t(`phone_${next}` as "phone_done"),
      ),
    );
    if (state !== "on_scene") {
      rows.push(
        h(
          "button.big",
          { type: "button", "data-key": "decline", onclick: () => this.#decline(true) },
          t("with_reason", { what: t("phone_declined") }),
        ),
      );
    }
    return rows;
  }

  #decline(declining: boolean): void {
    this.#declining = declining;
    this.#feedback = "";
    this.#draw();
    if (declining) this.body.querySelector<HTMLElement>("#phone-reason")?.focus();
  }

  #step({ id }: Assignment, to: AssignmentStatus): void {
    const at = doneNow();
    const reason = this.#feedback.trim();
    const number = uuidv7();
    this.#feedback = "";
    this.#declining = false;
    this.#outbox.put({
      id: number,
      at,
      text: word("sent", to),
      method: "POST",
      path: stepPath(id),
      body: { id: number, to, at, ...(reason ? { reason } : {}) },
    });
  }

  get #path(): string {
    return `/squads/${encodeURIComponent(this.id)}`;
  }

  /** Says what the squad does; it counts from when it was said, also where that comes in late. */
  #say(status: SquadStatus, text = word("status", status)): void {
    const at = doneNow();
    const path = this.#path;
    const body = { status, at };
    this.#outbox.put({ id: uuidv7(), at, text, method: "PATCH", path, body, only: path });
  }

  /** Nothing was heard for long: the command asks whether it is still so. */
  #asked(): HTMLElement | null {
    const { squad } = this.#work;
    const waits = this.#outbox.waiting.some(({ only }) => only === this.#path);
    if (!squad?.asked_at || waits || !may("position", store.state)) return null;
    return h(
      "section.phone-card",
      { id: "phone-asked", role: "alert" },
      h("h2", {}, t("squad_asked")),
      h("p", {}, squadStateText(squad)),
      h(
        "button.primary.big",
        {
          type: "button",
          "data-key": "still-so",
          onclick: () => this.#say(squad.status, t("still_so")),
        },
        t("still_so"),
      ),
    );
  }

  /** Nothing to do: says whether it is free. */
  #idle(): HTMLElement {
    const { squad, told_at } = this.#work;
    const waits = this.#outbox.waiting.find(({ only }) => only === this.#path);
    const now = (waits?.body as { status?: SquadStatus } | undefined)?.status ?? squad?.status;
    return h(
      "section.phone-card",
      { id: "no-case" },
      h("h2", {}, t(told_at ? "phone_nothing" : "loading")),
      squad && !squad.on_shift && h("p.hint", {}, word("status", "off_shift")),
      squad &&
        may("position", store.state) && [
          h("p", {}, t("set_status")),
          h(
            "div.segments.tall",
            { role: "group", "aria-label": t("set_status") },
            STATUSES.map((status) =>
              h(
                "button",
                {
                  type: "button",
                  "data-status": status,
                  "data-key": `status-${status}`,
                  "aria-pressed": String(status === now),
                  onclick: () => this.#say(status),
                },
                word("status", status),
              ),
            ),
          ),
        ],
      h(
        "button.quiet",
        { type: "button", id: "other-squad", onclick: () => choose(null) },
        t("phone_other"),
      ),
    );
  }

  #queued(): HTMLElement | null {
    const all = this.#work.assignments.filter(({ status }) => status === "queued");
    if (all.length === 0) return null;
    return h("p.hint", { id: "phone-queued" }, t("phone_queued", { n: number(all.length) }));
  }

  #positionCard(): HTMLElement {
    const on = this.#watched !== null;
    const { fixes } = this.#outbox;
    const last = fixes.at(-1)?.fixed_at ?? this.#work.squad?.position?.fixed_at;
    return h(
      "section.phone-card",
      { id: "phone-position" },
      h("h2", {}, t("position")),
      mayLocate()
        ? h(
            "label.phone-switch",
            {},
            h("input", {
              type: "checkbox",
              id: "share-position",
              checked: on,
              "data-key": "share-position",
              onchange: (event: Event) => this.#share((event.target as HTMLInputElement).checked),
            }),
            t("phone_share"),
          )
        : h("p.warning", { id: "needs-https" }, t("locate_needs_https")),
      this.#deviceProblem && h("p.warning", {}, labelled(t("locate_failed"), this.#deviceProblem)),
      h(
        "p.hint",
        {},
        last ? labelled(t("phone_last_fix"), moment(last, timeZone())) : t("position_none"),
      ),
    );
  }

  #share(on: boolean): void {
    localStorage.setItem(SHARE_KEY, on ? "on" : "off");
    this.#watched?.stop();
    this.#watched = null;
    if (on) {
      this.#watched = watchPosition(
        this.id,
        (fix) => {
          const first = this.#device === null;
          this.#device = { lng: fix.lng, lat: fix.lat };
          this.#deviceProblem = null;
          this.#outbox.putFix(fix);
          // The way was asked from where the service thought it was.
          if (first) this.#ask();
        },
        (why) => {
          this.#deviceProblem = why;
          this.#draw();
        },
      );
    }
    this.#draw();
  }

  /** What the clock alone changes. */
  #tick(): void {
    const clock = this.body.querySelector<HTMLElement>("#phone-clock");
    const { incident } = this.#work;
    if (!clock || !incident) return;
    const sent = current(this.#work);
    const waits = sent && ["assigned", "en_route"].includes(stateOf(sent, this.#outbox));
    const left = waits ? timeLeft(incident) : null;
    clock.toggleAttribute("data-overdue", left?.overdue ?? false);
    clock.textContent = left?.text ?? caseAge(incident);
  }
}
