import { stored, write } from "./unsent.js";

const MUTED = "consult.setting.clock_muted";
const SOUND = "consult.setting.clock_sound";

/** What a person wants to hear of the time, as kept on this device. */
export const hearing = {
  /** Time and what is done to it are not spoken. */
  get isMuted() {
    return stored(MUTED) !== null;
  },
  set isMuted(isOn) {
    write(MUTED, isOn ? "1" : null);
  },
  /** A tone sounds before the end. */
  get sounds() {
    return stored(SOUND) !== null;
  },
  set sounds(isOn) {
    write(SOUND, isOn ? "1" : null);
  },
};
