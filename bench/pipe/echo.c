// A server that answers every line at once: {"jsonrpc":"2.0","id":<the same>,"result":{}}.
// It looks for the first "id": with a number or string behind it, and trusts the client.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char input[1 << 20];
static char output[2 * sizeof input];

int main(void) {
  size_t held = 0;
  for (;;) {
    ssize_t count = read(0, input + held, sizeof input - held);
    if (count <= 0) return 0;
    held += (size_t)count;

    char* line = input;
    char* end;
    size_t size = 0;
    while ((end = memchr(line, '\n', held - (size_t)(line - input))) != NULL) {
      *end = '\0';
      const char* id = strstr(line, "\"id\":");
      if (id != NULL) {
        id += strlen("\"id\":");
        size_t length = strcspn(id, ",}");
        size += (size_t)sprintf(output + size, "{\"jsonrpc\":\"2.0\",\"id\":%.*s,\"result\":{}}\n",
                                (int)length, id);
      }
      line = end + 1;
    }
    for (size_t done = 0; done < size;) {
      ssize_t written = write(1, output + done, size - done);
      if (written <= 0) return 1;
      done += (size_t)written;
    }
    held -= (size_t)(line - input);
    memmove(input, line, held);
  }
}
