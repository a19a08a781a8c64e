//! From the words of an expression to a tree, by the grammar of XPath 1.0
//! (<https://www.w3.org/TR/1999/REC-xpath-19991116/>, section 3) as far as
//! XLSForm uses it: `or`, `and`, `=` and `!=`, the orders, `+` and `-`, `*`,
//! `div` and `mod`, the sign, from the loosest to the tightest.

use super::{
    Fault, Operator,
    token::{Token, tokens, unexpected},
};

/// How deep parentheses and calls may nest, so that the stack is safe.
const MOST_DEPTH: usize = 50;
/// How many steps of arithmetic an expression may have, for the same reason:
/// each nests what stands before it.
const MOST_STEPS: usize = 400;
/// How many words an expression may have.
const MOST_TOKENS: usize = 3_000;

/// A part of an expression as it was written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree<'a> {
    /// `${name}`.
    Variable(&'a str),
    This,
    Parent,
    /// A name that stands alone: a column of the code list.
    Name(&'a str),
    Text(&'a str),
    /// A number and whether a minus stands before it.
    Number(bool, &'a str),
    Call(&'a str, Vec<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Compare(Operator, Box<[Self; 2]>),
    Arithmetic(Arithmetic, Box<[Self; 2]>),
    Minus(Box<Self>),
}

/// What is done with two numbers.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Arithmetic {
    Add,
    Divide,
    Multiply,
    Remainder,
    Subtract,
}

/// Reads a whole expression.
pub(super) fn parse(text: &str) -> Result<Tree<'_>, Fault> {
    let tokens = tokens(text)?;
    if tokens.len() > MOST_TOKENS {
        return Err(Fault::plain("definition-expression-deep"));
    }
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0, steps: 0 };
    let tree = parser.any()?;
    match parser.next() {
        None => Ok(tree),
        Some(token) => Err(unexpected(&token.shown())),
    }
}

struct Parser<'t, 'a> {
    tokens: &'t [Token<'a>],
    at: usize,
    depth: usize,
    steps: usize,
}

type Parsed<'a> = Result<Tree<'a>, Fault>;

impl<'a> Parser<'_, 'a> {
    fn any(&mut self) -> Parsed<'a> {
        self.list("or", Self::all, Tree::Or)
    }

    fn all(&mut self) -> Parsed<'a> {
        self.list("and", Self::equality, Tree::And)
    }

    fn list(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Parsed<'a>,
        whole: fn(Vec<Tree<'a>>) -> Tree<'a>,
    ) -> Parsed<'a> {
        let first = part(self)?;
        if self.peek() != Some(Token::Word(word)) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.takes(Token::Word(word)) {
            parts.push(part(self)?);
        }
        Ok(whole(parts))
    }

    fn equality(&mut self) -> Parsed<'a> {
        self.comparison(Self::order, |operator| matches!(operator, Operator::Equal | Operator::NotEqual))
    }

    fn order(&mut self) -> Parsed<'a> {
        self.comparison(Self::sum, |operator| !matches!(operator, Operator::Equal | Operator::NotEqual))
    }

    fn comparison(
        &mut self,
        part: fn(&mut Self) -> Parsed<'a>,
        belongs: impl Fn(Operator) -> bool,
    ) -> Parsed<'a> {
        let mut tree = part(self)?;
        while let Some(Token::Operator(operator)) = self.peek()
            && belongs(operator)
        {
            // One comparison nests nothing; a second one the first.
            self.step(usize::from(matches!(tree, Tree::Compare(..))))?;
            tree = Tree::Compare(operator, Box::new([tree, part(self)?]));
        }
        Ok(tree)
    }

    fn sum(&mut self) -> Parsed<'a> {
        self.arithmetic(Self::product, |token| match token {
            Token::Plus => Some(Arithmetic::Add),
            Token::Minus => Some(Arithmetic::Subtract),
            _ => None,
        })
    }

    fn product(&mut self) -> Parsed<'a> {
        self.arithmetic(Self::signed, |token| match token {
            Token::Times => Some(Arithmetic::Multiply),
            Token::Word("div") => Some(Arithmetic::Divide),
            Token::Word("mod") => Some(Arithmetic::Remainder),
            _ => None,
        })
    }

    fn arithmetic(
        &mut self,
        part: fn(&mut Self) -> Parsed<'a>,
        belongs: impl Fn(Token<'a>) -> Option<Arithmetic>,
    ) -> Parsed<'a> {
        let mut tree = part(self)?;
        while let Some(arithmetic) = self.peek().and_then(&belongs) {
            self.step(1)?;
            tree = Tree::Arithmetic(arithmetic, Box::new([tree, part(self)?]));
        }
        Ok(tree)
    }

    fn step(&mut self, nested: usize) -> Result<(), Fault> {
        self.at += 1;
        self.steps += nested;
        if self.steps > MOST_STEPS { Err(Fault::plain("definition-expression-deep")) } else { Ok(()) }
    }

    fn signed(&mut self) -> Parsed<'a> {
        let mut is_negative = false;
        while self.takes(Token::Minus) {
            is_negative = !is_negative;
        }
        let tree = self.one()?;
        Ok(match tree {
            Tree::Number(_, text) => Tree::Number(is_negative, text),
            tree if is_negative => Tree::Minus(Box::new(tree)),
            tree => tree,
        })
    }

    fn one(&mut self) -> Parsed<'a> {
        Ok(match self.next() {
            Some(Token::Variable(name)) => Tree::Variable(name),
            Some(Token::This) => Tree::This,
            Some(Token::Parent) => Tree::Parent,
            Some(Token::Text(text)) => Tree::Text(text),
            Some(Token::Number(text)) => Tree::Number(false, text),
            Some(Token::Open) => {
                let tree = self.nested(Self::any)?;
                self.expects(Token::Close)?;
                tree
            }
            Some(Token::Word(name)) if self.takes(Token::Open) => {
                let arguments = self.nested(Self::arguments)?;
                Tree::Call(name, arguments)
            }
            Some(Token::Word(name @ ("and" | "or" | "div" | "mod"))) => return Err(unexpected(name)),
            Some(Token::Word(name)) => Tree::Name(name),
            Some(token) => return Err(unexpected(&token.shown())),
            None => return Err(Fault::plain("definition-expression-end")),
        })
    }

    fn arguments(&mut self) -> Result<Vec<Tree<'a>>, Fault> {
        let mut arguments = Vec::new();
        if self.takes(Token::Close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.any()?);
            if !self.takes(Token::Comma) {
                self.expects(Token::Close)?;
                return Ok(arguments);
            }
        }
    }

    fn nested<T>(&mut self, part: fn(&mut Self) -> Result<T, Fault>) -> Result<T, Fault> {
        self.depth += 1;
        if self.depth > MOST_DEPTH {
            return Err(Fault::plain("definition-expression-deep"));
        }
        let parsed = part(self)?;
        self.depth -= 1;
        Ok(parsed)
    }

    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn next(&mut self) -> Option<Token<'a>> {
        self.at += 1;
        self.tokens.get(self.at - 1).copied()
    }

    fn takes(&mut self, token: Token<'_>) -> bool {
        let there = self.peek() == Some(token);
        self.at += usize::from(there);
        there
    }

    fn expects(&mut self, token: Token<'_>) -> Result<(), Fault> {
        match self.next() {
            Some(there) if there == token => Ok(()),
            Some(there) => Err(unexpected(&there.shown())),
            None => Err(Fault::plain("definition-expression-end")),
        }
    }
}
