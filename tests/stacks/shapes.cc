/* SPDX-License-Identifier: MIT */
/* Enters the kernel from virtual functions, templates, streams, a thread, a sort and behind exceptions. */
#include <algorithm>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <vector>

namespace app
{
struct Shape {
	virtual ~Shape() = default;
	virtual int draw(int n) = 0;
};

struct Circle : Shape {
	int draw(int n) override
	{
		std::ofstream out("/dev/null");

		out << n << std::endl;
		return getppid() & 1;
	}
};

template <class T> __attribute__((noinline)) int each(std::vector<T *> &all, int n)
{
	int sum = 0;

	for (T *one : all)
		sum += one->draw(n);
	return sum;
}

__attribute__((noinline)) int risky(int n)
{
	if (n % 3 == 0)
		throw std::runtime_error("every third");
	return getppid() & 1;
}
} // namespace app

int main()
{
	std::vector<app::Shape *> shapes{new app::Circle, new app::Circle};
	std::vector<int> numbers{3, 1, 2};
	int sum = 0;

	for (int i = 0; i < 50; i++) {
		sum += app::each(shapes, i);
		try {
			sum += app::risky(i);
		} catch (const std::exception &) {
			sum += getppid() & 1;
		}
	}
	std::thread thread([&] { sum += app::each(shapes, 1); });
	thread.join();
	std::sort(numbers.begin(), numbers.end(), [](int a, int b) { return getppid() && a < b; });
	std::cout << sum << std::endl;
}
