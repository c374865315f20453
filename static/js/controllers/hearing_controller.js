import { Controller } from "../../vendor/page.js";
import { canSound, tone } from "../helpers/tone.js";
import { hearing } from "../live/hearing.js";

/** Two boxes: whether the time is spoken, and whether a tone sounds before the end. Remembered on this device. */
export default class extends Controller {
  static targets = ["muted", "sounds", "sound"];

  connect() {
    this.element.hidden = false;
    this.mutedTarget.checked = hearing.isMuted;
    this.soundsTarget.checked = hearing.sounds;
    this.soundTarget.hidden = !canSound();
  }

  mute() {
    hearing.isMuted = this.mutedTarget.checked;
  }

  /** Who asks for the tone hears what it is like. */
  sound() {
    hearing.sounds = this.soundsTarget.checked;
    if (hearing.sounds) tone();
  }
}
