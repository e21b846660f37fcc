
    def carried(self, name, first, n, *shape):
        """The state that the batch before has left, of the first n rows."""
        if name not in self.states:
            self.states[name] = torch.full((n, *shape), first)
        return self.states[name][:n]

    def carry(self, name, value):
        rows = self.states[name]
        self.states[name] = torch.cat((value, rows[len(value):]))
