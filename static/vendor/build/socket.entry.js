// The live connection. The build leaves the long-polling and WebTransport transports out (see build.mjs).
export { io } from "socket.io-client";
