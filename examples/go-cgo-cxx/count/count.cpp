#include "count.h"

#include <cstring>
#include <map>
#include <sstream>
#include <string>

char *count_words(const char *text) {
  std::map<std::string, int> counts;
  std::istringstream words(text);
  for (std::string word; words >> word;) ++counts[word];
  std::ostringstream out;
  for (const auto &[word, count] : counts) out << word << ' ' << count << '\n';
  return strdup(out.str().c_str());
}
