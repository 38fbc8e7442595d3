import { type LiveAnswer, type LiveCall, liveAnswerOf } from "../http/live-answer.ts";
import { offerOf } from "../websocket/offer.ts";
import { socketAnswer } from "../websocket/socket-response.ts";

/** The answers of a replica that go on after their method has returned, and that it asks to end when it leaves. */
export class LiveAnswers {
  readonly #live = new Set<LiveAnswer>();
  #leaving = false;

  /**
   * Takes in what a method gave for its first argument.
   *
   * @returns to be called when the answer has ended; undefined for an answer that does not go on
   * @throws ServeError `INVALID_APPLICATION` for a WebSocket that can't be answered so
   */
  begin(request: unknown, answer: unknown, call: LiveCall): (() => void) | undefined {
    const offer = offerOf(request);
    const live = (offer && socketAnswer(offer, answer)) ?? liveAnswerOf(answer);
    if (!live) return undefined;
    this.#live.add(live);
    live.start(call);
    if (this.#leaving) live.goAway();
    return () => this.#live.delete(live);
  }

  goAway(): void {
    this.#leaving = true;
    for (const live of this.#live) live.goAway();
  }
}
