/* SPDX-License-Identifier: MIT */
/* Never ends: sorts, formats and looks up, in its own code, in libstdc++ and in libc. */
#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

__attribute__((noinline)) static std::string words(unsigned n)
{
	std::ostringstream out;

	for (unsigned i = 0; i < 50; i++)
		out << (n * 2654435761u + i * 40503u) % 1000 << ' ';
	return out.str();
}

__attribute__((noinline)) static size_t count(const std::string &text)
{
	std::istringstream in(text);
	std::map<std::string, int> seen;
	std::vector<int> sorted;

	for (std::string word; in >> word;)
		seen[word]++;
	for (const auto &one : seen)
		sorted.push_back(std::stoi(one.first));
	std::sort(sorted.begin(), sorted.end(), [](int a, int b) { return a > b; });
	return sorted.size() + (getppid() & 1);
}

int main()
{
	size_t sum = 0;

	for (unsigned n = 0;; n++)
		sum += count(words(n + (unsigned)sum));
}
